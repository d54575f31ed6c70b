"""Chromium without a screen, driven through ChromeDriver, and a witness of everything that it wants from a network.

Every connection but to the page's own file would go through a proxy on loopback, which notes who asks and answers
nothing.
"""

import base64
import json
import re
import shutil
import socket
import subprocess
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MISSING = "" if DRIVER and CHROMIUM else "chromium and chromedriver are not on this machine (Debian: chromium-driver)"
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
_OWN = re.compile(r"\.(?:google|googleapis|gstatic|gvt1)\.com[:/ ]")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what WebDriver calls an element's id


class Witness:
    """A proxy that is asked and gives nothing; ``asked`` are the first lines that it was sent."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _address = self._listening.accept()
                with connection, suppress(OSError):
                    self.asked.append(connection.recv(4096).split(b"\r\n")[0].decode("latin-1"))

    def close(self) -> None:
        self._listening.close()


class Browser:
    """One window. A context manager; ``witness`` saw what left it."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1200, 800)) -> None:
        assert DRIVER is not None
        self.witness = Witness()
        self._driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._url = f"http://127.0.0.1:{self._port()}/session"
        switches = [
            *_QUIET,
            f"--user-data-dir={folder}",
            f"--window-size={size[0]},{size[1]}",
            f"--proxy-server=http://127.0.0.1:{self.witness.port}",
            "--proxy-bypass-list=<-loopback>",
        ]
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": switches, "binary": CHROMIUM},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        made = self._ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._url += f"/{made['sessionId']}"

    def _port(self) -> int:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            if found := re.search(rb"started successfully on port (\d+)", line):
                return int(found[1])
        raise AssertionError("chromedriver did not start")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._ask("DELETE", "")
        self._driver.terminate()
        self._driver.wait()
        assert self._driver.stdout is not None
        self._driver.stdout.close()
        self.witness.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._url + path, data, {"content-type": "application/json"}, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=60) as response:
            return json.loads(response.read())["value"]

    def open(self, file: Path) -> None:
        """Open a file, and wait until it is loaded."""
        self._ask("POST", "/url", {"url": file.as_uri()})

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; capitals come with their shift."""
        for key in keys:
            ways = [{"type": way, "value": key} for way in ("keyDown", "keyUp")]
            self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": ways}]})

    def left(self) -> list[str]:
        """What wanted to leave, but for what Chromium asks of its maker on its own at any time."""
        return [line for line in self.witness.asked if not _OWN.search(line)]

    def click(self, selector: str) -> None:
        """Click the first element that fits a selector."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{found[_ELEMENT]}/click")

    def run(self, script: str) -> Any:
        """What a script returns; it is not bound by the page's policy."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": []})

    def command(self, name: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def said(self) -> list[str]:
        """What the console said since the last look."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """URLs that pages asked for since the last look, refused ones too."""
        logged = [
            json.loads(each["message"])["message"] for each in self._ask("POST", "/se/log", {"type": "performance"})
        ]
        return [each["params"]["request"]["url"] for each in logged if each["method"] == "Network.requestWillBeSent"]
