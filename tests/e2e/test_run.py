"""`deck run` with a real proxy, real TLS and agents that are small programs."""

import base64
import http.server
import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from going_on import going_on_with_what_is_lost
from launching import ASK, CLOSING, MAIN, World, company, proxies_of, until, world

from store.archive import Archive

pytestmark = pytest.mark.e2e


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def turns(archive: Path) -> list[dict]:
    with Archive.open(archive) as opened:
        ids = opened.index.db.execute("SELECT id FROM turns ORDER BY number").fetchall()
        return [json.loads(opened.get(bytes(id)).payload) for (id,) in ids]


def run_objects(archive: Path) -> dict[str, dict]:
    """The run objects by their type."""
    with Archive.open(archive) as opened:
        rows = opened.index.db.execute("SELECT id FROM objects WHERE kind = 'run'").fetchall()
        found = [json.loads(opened.get(bytes(id)).payload) | {"id": bytes(id).hex()} for (id,) in rows]
    return {each["type"]: each for each in found}


def test_the_agent_keeps_its_terminal_and_exit_code_and_the_turn_names_its_run(machine: World) -> None:
    done = machine.run("print(len(ask()) > 0); raise SystemExit(7)", "--tag", "first", "--tag", "second")
    assert (done.returncode, done.stdout) == (7, "True\n")
    closing = CLOSING.fullmatch(done.stderr)
    assert closing is not None, done.stderr
    assert closing.groups()[:3] == ("1", "0", "0")
    (turn,) = turns(machine.archive)
    begun, ended = run_objects(machine.archive)["start"], run_objects(machine.archive)["end"]
    assert turn["run"] == begun["id"] == ended["run"]
    assert turn["tags"] == begun["tags"] == ["first", "second"]
    assert (ended["exit_code"], ended["turns"]) == (7, 1)
    assert begun["cwd"] == str(machine.folder)
    assert machine.left_over == []


def test_every_known_variable_leads_through_the_proxy(machine: World) -> None:
    machine.environ["NO_PROXY"] = "intern.example"
    names = "HTTPS_PROXY HTTP_PROXY https_proxy http_proxy NO_PROXY no_proxy NODE_EXTRA_CA_CERTS SSL_CERT_FILE "
    names += "CODEX_CA_CERTIFICATE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO"
    done = machine.run(
        f"given = {{name: os.environ[name] for name in '{names}'.split()}}\n"
        "print(json.dumps(given | {'pem': open(given['SSL_CERT_FILE']).read()}))"
    )
    given = json.loads(done.stdout)
    assert len({given[name] for name in names.split() if "proxy" in name.lower() and "no" not in name.lower()}) == 1
    assert given["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert given["NO_PROXY"] == given["no_proxy"] == "localhost,127.0.0.1,::1,intern.example"
    assert len({given[name] for name in names.split()[6:]}) == 1
    own = (machine.folder / "data/replaydeck/ca/mitmproxy-ca-cert.pem").read_text().strip()
    users = (machine.folder / "demo-ca.pem").read_text().strip()
    assert own in given["pem"]
    assert users in given["pem"]
    assert given["pem"].count("BEGIN CERTIFICATE") > 50, "the usual roots"
    assert (machine.folder / "data/replaydeck/ca").stat().st_mode & 0o777 == 0o700


def test_an_agent_that_does_not_trust_the_ca_is_told_which_variable(machine: World) -> None:
    users = machine.environ["SSL_CERT_FILE"]
    done = machine.run(f"os.environ['SSL_CERT_FILE'] = {users!r}\ntry: ask()\nexcept OSError: pass")
    assert done.returncode == 0
    assert "no turn was captured: the agent does not trust deck's CA" in done.stderr
    assert "SSL_CERT_FILE" in done.stderr
    assert "api.anthropic.com" in done.stderr


def test_an_agent_that_never_reached_the_proxy_is_told_so(machine: World) -> None:
    done = machine.run("pass")
    assert "no request reached the proxy" in done.stderr
    assert "HTTPS_PROXY" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_an_earlier_recorder_left_and_cannot_be_kept_is_told_beside_the_agents_exit_code(machine: World) -> None:
    going_on_with_what_is_lost(machine.archive)
    done = machine.run("raise SystemExit(7)")
    assert done.returncode == 7
    told, _hint, closing = done.stderr.splitlines()
    assert told.startswith("deck: what a dead recorder left in spool/")
    assert closing.startswith("deck: no turn was captured: ")
    assert run_objects(machine.archive)["end"]["exit_code"] == 7


def test_a_run_inside_a_run_records_nothing_twice(machine: World) -> None:
    inner = [sys.executable, "-c", MAIN, "run", "--archive", str(machine.archive), "--"]
    inner += [sys.executable, "-c", ASK + "ask(); raise SystemExit(7)"]
    done = machine.run(f"import subprocess; raise SystemExit(subprocess.run({inner!r}).returncode)")
    assert done.returncode == 7, done.stderr
    said, closing = done.stderr.splitlines(keepends=True)
    assert said == "deck: this runs inside a deck run that records into the same archive: the command runs as it is\n"
    assert CLOSING.fullmatch(closing)
    assert len(turns(machine.archive)) == 1


def test_settings_of_the_client_that_undo_a_variable_are_named(machine: World) -> None:
    settings = machine.folder / "home/.claude/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"env": {"HTTPS_PROXY": ""}}))
    done = machine.run("pass")
    assert f"{settings} sets HTTPS_PROXY" in done.stderr


@pytest.mark.parametrize(("command", "code"), [("no-such-agent", 127), ("/", 126)])
def test_a_command_that_cannot_run_gives_the_shells_codes(machine: World, command: str, code: int) -> None:
    done = subprocess.run(
        machine.command(agent=[command]), env=machine.environ, cwd=machine.folder, capture_output=True, text=True
    )
    assert done.returncode == code
    assert command in done.stderr
    assert "Traceback" not in done.stderr
    assert machine.left_over == []


def test_signals_reach_the_agent_and_its_death_by_one_is_told(machine: World) -> None:
    program = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\nprint('up')\n"
    program += "signal.pause()\nsignal.pause()"
    agent = [sys.executable, "-c", program]
    with subprocess.Popen(
        machine.command(agent=agent), env=machine.environ, cwd=machine.folder, stdout=subprocess.PIPE, text=True
    ) as deck:
        assert deck.stdout is not None
        assert deck.stdout.readline() == "up\n"
        deck.send_signal(signal.SIGTERM)
        assert deck.stdout.readline() == "told\n"
        deck.send_signal(signal.SIGUSR1)
        assert deck.wait(60) == 128 + signal.SIGUSR1


def test_ctrl_c_on_the_terminal_is_the_agents_alone_and_the_proxy_survives_it(machine: World) -> None:
    program = (
        "import signal, time\nseen = []\nsignal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('up', flush=True)\nwhile not seen: time.sleep(0.01)\nask()\nprint('seen', len(seen), flush=True)"
    )
    terminal, other_side = pty.openpty()
    take_terminal = "import fcntl, os, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    take_terminal += "os.execv(sys.argv[1], sys.argv[1:])"
    deck = subprocess.Popen(
        [sys.executable, "-c", take_terminal, *machine.command(agent=[sys.executable, "-c", ASK + program])],
        stdin=other_side,
        stdout=other_side,
        stderr=other_side,
        env=machine.environ,
        cwd=machine.folder,
        start_new_session=True,
    )
    os.close(other_side)
    shown = b""

    def read() -> bytes:
        if not select.select([terminal], [], [], 60)[0]:
            raise AssertionError(f"silence after {shown!r}")
        try:
            return os.read(terminal, 4096)
        except OSError:  # the other side is closed: the program has ended
            return b""

    while b"up" not in shown:
        shown += read()
    os.write(terminal, b"\x03")
    while part := read():
        shown += part
    os.close(terminal)
    assert deck.wait(60) == 0, shown
    assert b"seen 1\r\n" in shown
    assert b"deck: 1 turn, " in shown


def test_a_dead_proxy_comes_back_on_the_same_port_with_the_same_ca(machine: World) -> None:
    program = (
        "import sys, time, urllib.error\nask(text='before')\nprint('asked', flush=True)\nsys.stdin.readline()\n"
        "for _ in range(200):\n"
        "    try: ask(text='after'); break\n"
        "    except OSError: time.sleep(0.1)\n"
        "else: raise SystemExit('the proxy did not come back')"
    )
    with subprocess.Popen(
        machine.command(agent=[sys.executable, "-c", ASK + program]),
        env=machine.environ,
        cwd=machine.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as deck:
        assert deck.stdout is not None
        assert deck.stdout.readline() == "asked\n"
        (proxy,) = proxies_of(machine.folder)
        os.kill(proxy, signal.SIGKILL)
        _, errors = deck.communicate("go\n", timeout=90)
    assert deck.returncode == 0, errors
    assert "2 turns" in errors
    assert "the proxy died 1×" in errors
    log = Path(errors.rpartition("its log: ")[2].strip()).read_text()
    assert "ended by signal 9" in log and "-15" not in log
    assert len(turns(machine.archive)) == 2


def test_the_proxy_outlives_a_killed_launcher_and_ends_with_the_agent(machine: World) -> None:
    program = "import sys\nprint('up', flush=True)\nsys.stdin.readline()\nask()\nprint('asked', flush=True)"
    with subprocess.Popen(
        machine.command(agent=[sys.executable, "-c", ASK + program]),
        env=machine.environ,
        cwd=machine.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as deck:
        assert deck.stdout is not None
        assert deck.stdin is not None
        assert deck.stdout.readline() == "up\n"
        deck.kill()
        deck.wait()
        deck.stdin.write("go\n")
        deck.stdin.flush()
        assert deck.stdout.readline() == "asked\n"
        until(lambda: not proxies_of(machine.folder))
    assert len(turns(machine.archive)) == 1


class Local(http.server.BaseHTTPRequestHandler):
    """A local model: plain HTTP, one JSON answer; remembers the paths it was asked for."""

    paths: list[str]

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.paths.append(self.path)
        body = json.dumps({"type": "message", "role": "assistant", "content": [], "usage": {}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def local_model() -> Iterator[tuple[int, list[str]]]:
    handler = type("Handler", (Local,), {"paths": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], handler.paths
        server.shutdown()
        thread.join()


def test_a_local_model_named_by_a_variable_is_captured_by_a_reverse_proxy(
    machine: World, local_model: tuple[int, list[str]]
) -> None:
    port, paths = local_model
    machine.environ["ANTHROPIC_BASE_URL"] = f"http://localhost:{port}/proxy/x"
    done = machine.run("ask(os.environ['ANTHROPIC_BASE_URL']); print(os.environ['ANTHROPIC_BASE_URL'])", route=False)
    assert done.returncode == 0, done.stderr
    assert paths == ["/proxy/x/v1/messages"]
    assert f":{port}/" not in done.stdout
    assert done.stdout.endswith("/proxy/x\n")
    (turn,) = turns(machine.archive)
    assert turn["http"]["url"] == f"http://localhost:{port}/proxy/x/v1/messages"
    assert turn["capture"]["mode"] == "reverse"


def test_a_local_model_that_is_not_there_is_named(machine: World) -> None:
    machine.environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1"
    agent = "try: ask(os.environ['ANTHROPIC_BASE_URL'])\nexcept OSError: pass"
    done = machine.run(agent, route=False)
    assert "no turn was captured: 1 request reached the proxy, and 127.0.0.1:1 could not be connected" in done.stderr


def test_a_local_model_named_by_settings_is_captured_by_the_forward_proxy(
    machine: World, local_model: tuple[int, list[str]]
) -> None:
    port, paths = local_model
    settings = machine.folder / "home/.claude/settings.json"
    settings.parent.mkdir()
    address = f"http://127.0.0.1:{port}"
    settings.write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": address}}))
    done = machine.run(f"ask({address!r})", route=False)
    assert done.returncode == 0, done.stderr
    assert paths == ["/v1/messages"]
    assert turns(machine.archive)[0]["capture"]["mode"] == "forward"


def test_a_proxy_that_the_user_had_stays_in_use_with_its_password_hidden(machine: World) -> None:
    with company(machine) as (port, seen):
        machine.environ["HTTPS_PROXY"] = f"http://user:p%40ss@127.0.0.1:{port}"
        program = "ask()\nos.execlp('ps', 'ps', '-A', '-ww', '-o', 'args=')"
        done = machine.run(program, route=False)
    assert done.returncode == 0, done.stderr
    assert ("api.anthropic.com:443", "Basic " + base64.b64encode(b"user:p@ss").decode()) in seen
    assert "hosted.py" in done.stdout
    assert "p@ss" not in done.stdout
    assert "p%40ss" not in done.stdout
    (turn,) = turns(machine.archive)
    assert turn["capture"]["mode"] == "upstream"
    kept = run_objects(machine.archive)["start"]["environment"]["HTTPS_PROXY"]
    assert "p%40ss" not in kept
    assert "127.0.0.1" in kept


def test_a_socks_proxy_is_refused_with_what_to_do(machine: World) -> None:
    machine.environ["HTTPS_PROXY"] = "socks5://127.0.0.1:1080"
    done = machine.run("ask()")
    assert done.returncode == 2
    assert "HTTPS_PROXY names a socks5 proxy" in done.stderr
