"""What goes wrong between a shell and a recorder is provoked with real clients; `deck doctor` names the variable."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import anthropic
import certifi
import pytest
import sdk
from provider import Provider, Reply, message_json
from proxy import Proxy, until

from deck.cli import main
from deck.launch.roots import CA_VARIABLES

pytestmark = pytest.mark.e2e
PYTHON, GEMINI, CODEX, CLAUDE = "Python (llm, aider, mini, SDKs)", "Gemini CLI", "Codex", "Claude Code"

NODE = """
// As undici's proxy agent does it: CONNECT, then TLS with node's own roots.
const net = require("net"), tls = require("tls");
const socket = net.connect(Number(process.argv[2]), "127.0.0.1", () => {
  socket.write("CONNECT api.anthropic.com:443 HTTP/1.1\\r\\nhost: api.anthropic.com:443\\r\\n\\r\\n");
  socket.once("data", () => {
    const secure = tls.connect({ socket, servername: "api.anthropic.com" }, () => {
      console.log("trusted");
      secure.destroy();
    });
    secure.on("error", (error) => console.log(error.code));
  });
});
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without settings, archives or variables of any other test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in (*CA_VARIABLES, "ALL_PROXY", "all_proxy", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def doctor(proxy: Proxy, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Exit code, and the findings by check."""
    capsys.readouterr()
    code = main(["doctor", "--json", "--archive", str(proxy.archive)])
    found: dict[str, list[dict[str, str]]] = {}
    for each in json.loads(capsys.readouterr().out)["checks"]:
        found.setdefault(each["check"], []).append(each)
    return code, found


def refusals(proxy: Proxy) -> int:
    return sum(proxy.report()["tls_failures"].values())


def test_a_python_client_that_does_not_trust_the_proxy(
    start: Any, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = start()
    provider.script(Reply.json(message_json("whole")))
    ca = str(proxy.ca)
    provoked = {
        "SSL_CERT_FILE is not set": {"REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca},
        f"SSL_CERT_FILE names {certifi.where()}, which lacks the proxy's CA": {"SSL_CERT_FILE": certifi.where()},
    }
    for said, variables in provoked.items():
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        before = refusals(proxy)
        with pytest.raises(anthropic.APIConnectionError):
            sdk.ask()
        until(lambda before=before: refusals(proxy) > before)
        code, found = doctor(proxy, capsys)
        assert code == 1
        (client,) = found[PYTHON]
        assert client["level"] == "mend" and said in client["message"]
        assert str(proxy.ca) in client["next"]
        assert found["tls"][0]["level"] == "mend" and "api.anthropic.com" in found["tls"][0]["message"]
        assert "SSL_CERT_FILE" in found["tls"][0]["next"]
        assert found["proxy"][0]["level"] == found["shell"][0]["level"] == "ok"

    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + proxy.ca.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert sdk.ask()[1] == message_json("whole")
    _, found = doctor(proxy, capsys)
    levels = {name: found[name][0]["level"] for name in (PYTHON, CODEX, CLAUDE, GEMINI)}
    assert levels == {PYTHON: "ok", CODEX: "ok", CLAUDE: "ok", GEMINI: "mend"}

    proxy.stop()  # who refused the CA stays on record, and the shell now leads nowhere
    code, found = doctor(proxy, capsys)
    assert code == 1
    assert [each["level"] for each in found["tls"]] == ["mend", "ok"]
    assert "nobody listens" in found["shell"][0]["message"]


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_a_node_client_trusts_by_its_own_variable_only(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = start()
    script = tmp_path / "client.js"
    script.write_text(NODE)

    def ask() -> str:
        line = ["node", str(script), str(proxy.report()["port"])]
        return subprocess.run(
            line, env=os.environ, capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()

    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.ca))
    assert ask() != "trusted"
    until(lambda: refusals(proxy) == 1)
    code, found = doctor(proxy, capsys)
    assert code == 1
    (gemini,) = found[GEMINI]
    assert gemini["level"] == "mend" and "NODE_EXTRA_CA_CERTS is not set" in gemini["message"]
    assert "NODE_EXTRA_CA_CERTS" in found["tls"][0]["next"]
    assert any("none of the usual roots" in each["message"] for each in found["shell"])

    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(proxy.ca))
    assert ask() == "trusted"
    assert doctor(proxy, capsys)[1][GEMINI][0]["level"] == "ok"
