"""What is said of a shell's variables, client by client."""

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import certifi
import pytest

from deck.doctor import shell
from deck.doctor.clients import CLIENTS
from deck.doctor.finding import Finding, Level
from deck.launch import roots, variables
from deck.recorders import Running
from store import providers

PORT = 4711
PEM = b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A CA of deck's."""
    folder = tmp_path / "ca"
    folder.mkdir()
    (folder / roots.CA_CERTIFICATE).write_bytes(PEM % b"ours")
    return folder / roots.CA_CERTIFICATE


@pytest.fixture
def bundle(tmp_path: Path, certificate: Path) -> Path:
    return roots.write_bundle(tmp_path / "bundle.pem", [Path(certifi.where()), certificate])


def checked(certificate: Path, environ: Mapping[str, str], *, is_running: bool = True) -> list[Finding]:
    home = certificate.parents[1]
    alive = [Running(1, (PORT,), "11.0.2", certificate.parent, {}, 0)] if is_running else []
    return list(shell.check(environ, home, home, alive, certificate.parent, providers.known_hosts()))


def to_mend(found: list[Finding]) -> list[str]:
    return [f"{each.check}: {each.message}" for each in found if each.level is Level.MEND]


def test_what_deck_env_prints_leaves_nothing_to_mend(certificate: Path, bundle: Path) -> None:
    found = checked(certificate, variables.for_agent(PORT, bundle, ("localhost", "127.0.0.1", "::1"), {}))
    assert to_mend(found) == []
    assert {client.name for client in CLIENTS} < {each.check for each in found}


def test_a_shell_without_a_proxy_is_in_order(certificate: Path) -> None:
    (only,) = checked(certificate, {}, is_running=False)
    assert only.level is Level.OK
    (beside,) = checked(certificate, {})
    assert beside.level is Level.NOTE
    assert f"deck env --port {PORT}" in beside.next


def test_all_proxy_alone_is_ignored_by_agents(certificate: Path) -> None:
    (said,) = to_mend(checked(certificate, {"ALL_PROXY": f"http://127.0.0.1:{PORT}"}))
    assert "ALL_PROXY alone" in said
    assert to_mend(checked(certificate, {"ALL_PROXY": "socks5://10.0.0.1:1"})) == []


def test_a_proxy_of_the_users_own_is_left_alone(certificate: Path) -> None:
    (said,) = checked(certificate, {"HTTPS_PROXY": "http://proxy.example:3128"})
    assert said.level is Level.NOTE


def test_a_port_where_nobody_listens(certificate: Path, bundle: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        found = checked(certificate, variables.for_agent(port, bundle, (), {}), is_running=False)
    assert to_mend(found) == [f"shell: HTTPS_PROXY names port {port}, where nobody listens"]


@pytest.mark.parametrize(
    ("name", "works_for"),
    [
        ("NODE_EXTRA_CA_CERTS", {"Claude Code", "Gemini CLI", "opencode, pi"}),
        ("SSL_CERT_FILE", {"Claude Code", "Codex", "Python (llm, aider, mini, SDKs)"}),
        ("CODEX_CA_CERTIFICATE", {"Codex"}),
        ("REQUESTS_CA_BUNDLE", set()),
    ],
)
def test_one_variable_alone_works_for_some(certificate: Path, bundle: Path, name: str, works_for: set[str]) -> None:
    found = checked(certificate, {"HTTPS_PROXY": f"http://127.0.0.1:{PORT}", name: str(bundle)})
    named = {client.name for client in CLIENTS}
    assert {each.check for each in found if each.level is Level.OK} & named == works_for
    for each in found:
        if each.level is Level.MEND:
            client = next(client for client in CLIENTS if client.name == each.check)
            assert all(f"{variable} is not set" in each.message for variable in client.ca)
            assert client.symptom[1:] in each.message


def _missing(folder: Path, bundle: Path) -> Path:
    return folder / "gone.pem"


def _empty(folder: Path, bundle: Path) -> Path:
    (folder / "empty.pem").write_bytes(b"nothing")
    return folder / "empty.pem"


def _usual(folder: Path, bundle: Path) -> Path:
    return Path(certifi.where())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_missing, "which cannot be read"),
        (_empty, "which holds no certificate"),
        (_usual, "which lacks the proxy's CA"),
    ],
)
def test_a_variable_that_names_the_wrong_file(
    tmp_path: Path, certificate: Path, bundle: Path, make: Callable[[Path, Path], Path], said: str
) -> None:
    path = make(tmp_path, bundle)
    found = checked(certificate, variables.for_agent(PORT, path, (), {}))
    wrong = [each for each in found if each.level is Level.MEND]
    assert {each.check for each in wrong} == {client.name for client in CLIENTS}
    assert all(f"names {path}, {said}" in each.message for each in wrong)


def test_a_file_that_takes_the_place_of_the_roots_without_holding_them(certificate: Path) -> None:
    found = checked(certificate, variables.for_agent(PORT, certificate, (), {}))
    said = to_mend(found)
    assert [each.split()[1] for each in said] == ["SSL_CERT_FILE", "CODEX_CA_CERTIFICATE"]
    assert all("none of the usual roots" in each for each in said)


@pytest.mark.parametrize("entry", ["api.anthropic.com", ".anthropic.com", "*", "api.anthropic.com:443"])
def test_no_proxy_that_covers_a_provider(certificate: Path, bundle: Path, entry: str) -> None:
    found = checked(certificate, variables.for_agent(PORT, bundle, ("localhost", entry), {}))
    assert [each.split(": ")[1] for each in to_mend(found)] == [
        f"{name} keeps api.anthropic.com from the proxy" for name in ("NO_PROXY", "no_proxy")
    ]


def test_no_proxy_beside_a_proxy_of_the_users_own(certificate: Path) -> None:
    environ = {"https_proxy": "http://proxy.example:3128", "no_proxy": "x.example,.openai.com"}
    own, *others = checked(certificate, environ)
    assert own.level == "note"
    assert [each.message for each in others] == ["no_proxy keeps api.openai.com from the proxy: “.openai.com”"]


@pytest.mark.parametrize(
    ("variable", "value", "is_past"),
    [
        ("ANTHROPIC_BASE_URL", "http://127.0.0.1:4000", True),
        ("OPENAI_BASE_URL", "https://llm.intern.example/v1", True),
        ("OPENAI_BASE_URL", "https://gateway.example/v1", False),
        ("OLLAMA_HOST", "localhost", True),
    ],
)
def test_base_urls_that_lead_past_the_proxy(
    certificate: Path, bundle: Path, variable: str, value: str, is_past: bool
) -> None:
    environ = variables.for_agent(PORT, bundle, ("localhost", ".intern.example"), {}) | {variable: value}
    said = to_mend(checked(certificate, environ))
    assert len(said) == is_past
    assert all(variable in each for each in said)


def test_settings_of_claude_code_that_win_over_the_shell(certificate: Path, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    settings = tmp_path / ".claude" / "settings.json"
    settings.write_text(json.dumps({"env": {"HTTPS_PROXY": "http://elsewhere:1"}}))
    (said, *_rest) = to_mend(checked(certificate, variables.for_agent(PORT, bundle, (), {})))
    assert f"{settings} sets HTTPS_PROXY" in said


def test_a_local_model_in_settings_is_reached_through_the_proxy_unless_no_proxy_names_it(
    certificate: Path, bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "opencode.json").write_text(json.dumps({"provider": {"baseURL": "http://127.0.0.1:1234/v1"}}))
    assert to_mend(checked(certificate, variables.for_agent(PORT, bundle, ("localhost",), {}))) == []
    (said,) = to_mend(checked(certificate, variables.for_agent(PORT, bundle, ("127.0.0.1",), {})))
    assert "opencode.json names 127.0.0.1:1234" in said


def test_a_recorder_with_a_ca_of_its_own_names_it(certificate: Path, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "conf"
    other.mkdir()
    (other / roots.CA_CERTIFICATE).write_bytes(PEM % b"its own")
    alive = [Running(1, (PORT,), "11.0.2", other, {}, 0)]
    found = list(
        shell.check(
            variables.for_agent(PORT, bundle, (), {}),
            tmp_path,
            tmp_path,
            alive,
            certificate.parent,
            providers.known_hosts(),
        )
    )
    wrong = [each for each in found if each.level is Level.MEND]
    assert wrong and all(str(other / roots.CA_CERTIFICATE) in each.next for each in wrong)


def test_values_that_are_no_addresses(certificate: Path) -> None:
    for value in ("http://[", "::::", "http://127.0.0.1:port"):
        assert checked(certificate, {"HTTPS_PROXY": value})[0].level is Level.NOTE
