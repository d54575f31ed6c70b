import json
from pathlib import Path

import pytest

from deck.launch import gateways
from deck.launch.gateways import Bypass, Reverse, plan


def planned(environ: dict[str, str], no_proxy: str = "", upstream: bool = False) -> gateways.Routes:
    return plan(gateways.in_variables(environ), no_proxy, upstream)


def test_a_gateway_named_by_a_base_url_is_captured_like_a_provider() -> None:
    routes = planned(
        {
            "ANTHROPIC_BASE_URL": "https://gateway.intern.example/anthropic",
            "OPENAI_API_BASE": "http://models.intern.example:8080/v1",
            "AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.example",
            "HOME": "/root",
        }
    )
    assert routes.hosts == ("gateway.intern.example", "x.openai.azure.example", "models.intern.example:8080")
    assert routes.reverses == ()
    assert routes.no_proxy == ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("variable", "value", "reverse"),
    [
        ("OPENAI_BASE_URL", "http://localhost:11434/v1", ("http://localhost:11434", "/v1")),
        ("OPENAI_BASE_URL", "http://[::1]:8000/v1?x=1", ("http://[::1]:8000", "/v1?x=1")),
        ("OLLAMA_HOST", "127.0.0.1:11434", ("http://127.0.0.1:11434", "")),
        ("OLLAMA_HOST", "0.0.0.0", ("http://0.0.0.0:11434", "")),
        ("MY_LLM_BASE_URL", "http://127.0.0.1", ("http://127.0.0.1", "")),
    ],
)
def test_a_local_model_gets_a_reverse_proxy_and_keeps_its_path(variable: str, value: str, reverse: tuple) -> None:
    target, path = reverse
    routes = planned({variable: value})
    assert routes.reverses == (Reverse(variable, target, path),)
    assert routes.reverses[0].rewritten(9) == f"http://127.0.0.1:9{path}"
    assert routes.hosts == ()


def test_the_agent_keeps_the_password_of_its_gateway_and_nothing_else_shows_it() -> None:
    routes = planned({"OPENAI_BASE_URL": "http://user:s%403cret@127.0.0.1:4000/v1", "OLLAMA_HOST": "bob:pw@[::1]:9"})
    ollama, gateway = routes.reverses
    assert gateway.rewritten(9) == "http://user:s%403cret@127.0.0.1:9/v1"
    assert ollama.rewritten(9) == "http://bob:pw@127.0.0.1:9"
    assert gateway.target == "http://127.0.0.1:4000"
    assert "s%403cret" not in repr(routes)


def test_where_no_reverse_proxy_may_stand_the_forward_proxy_gets_local_models() -> None:
    named = list(
        gateways.in_variables({"OPENAI_BASE_URL": "http://localhost:8000/v1", "APP_BASE_URL": "http://[::1]:3"})
    )
    routes = plan(named, "", upstream=False, may_reverse=False)
    assert (routes.hosts, routes.reverses) == (("localhost:8000",), ())
    assert routes.no_proxy == ("127.0.0.1", "::1")
    behind = plan(named, "", upstream=True, may_reverse=False)
    assert [each.is_model for each in behind.bypassed] == [False, True]


def test_a_gateway_that_no_proxy_bypasses_gets_a_reverse_proxy() -> None:
    routes = planned({"ANTHROPIC_BASE_URL": "https://gw.intern.example/a"}, no_proxy="x,.intern.example")
    assert routes.reverses == (Reverse("ANTHROPIC_BASE_URL", "https://gw.intern.example", "/a"),)
    assert routes.no_proxy[-1] == ".intern.example"


def test_a_projects_own_loopback_address_is_left_alone() -> None:
    routes = planned({"APP_BASE_URL": "http://localhost:3000"})
    assert (routes.hosts, routes.reverses) == ((), ())


@pytest.mark.parametrize(
    "value", ["", "not a url", "ftp://x.example", "http://", "http://x.example:99999", "http://[::1", "socks5://x:1"]
)
def test_what_is_no_address_names_nothing(value: str) -> None:
    assert planned({"ANTHROPIC_BASE_URL": value, "OLLAMA_HOST": value and "http://"}).hosts == ()


def settings_of(tmp_path: Path, files: dict[str, str]) -> list[gateways.Named]:
    home, project = tmp_path / "home", tmp_path / "project"
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(gateways.in_settings(home, project, {}))


def test_settings_of_known_clients_name_addresses(tmp_path: Path) -> None:
    named = settings_of(
        tmp_path,
        {
            "home/.claude/settings.json": json.dumps({"env": {"ANTHROPIC_BASE_URL": "https://a.example", "X": "1"}}),
            "project/.claude/settings.local.json": json.dumps({"env": {"OPENAI_BASE_URL": "https://b.example"}}),
            "home/.codex/config.toml": '[model_providers.x]\nname = "x"\nbase_url = "https://c.example/v1"\n',
            "home/.config/opencode/opencode.json": json.dumps(
                {"provider": {"d": {"options": {"baseURL": "https://d.example"}}}}
            ),
        },
    )
    assert [each.host for each in named] == ["a.example", "b.example", "c.example", "d.example"]
    assert plan(named, "", False).hosts == ("a.example", "b.example", "c.example", "d.example")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"env": 5}', '{"env": {"ANTHROPIC_BASE_URL": 5}}', "[" * 100_000])
def test_odd_settings_name_nothing(tmp_path: Path, text: str) -> None:
    files = {"home/.claude/settings.json": text, "home/.codex/config.toml": text}
    assert settings_of(tmp_path, files) == []


def test_a_loopback_address_in_settings_is_taken_out_of_no_proxy(tmp_path: Path) -> None:
    text = json.dumps({"env": {"ANTHROPIC_BASE_URL": "http://localhost:4000"}})
    named = settings_of(tmp_path, {"home/.claude/settings.json": text})
    routes = plan(named, "", upstream=False)
    assert routes.hosts == ("localhost:4000",)
    assert routes.no_proxy == ("127.0.0.1", "::1")
    behind = plan(named, "", upstream=True)
    assert (behind.hosts, behind.no_proxy) == ((), ("localhost", "127.0.0.1", "::1"))
    source = f"ANTHROPIC_BASE_URL in {tmp_path / 'home/.claude/settings.json'}"
    assert behind.bypassed == (Bypass(f"{source} names an address that NO_PROXY keeps from the proxy", True),)


PROVIDERS = ("api.a.example", "api.b.example", "gw.example:8443")


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        ("api.a.example", "api.a.example"),
        ("A.Example", "api.a.example"),
        (".b.example", "api.b.example"),
        ("*.b.example", "api.b.example"),
        ("api.b.example:443", "api.b.example"),
        ("gw.example:8443", "gw.example:8443"),
        ("*", "api.a.example and 2 more"),
    ],
)
def test_an_entry_that_covers_a_provider_is_left_out_or_told(entry: str, covered: str) -> None:
    ours = plan([], f"x.example, {entry}", False, PROVIDERS)
    assert ours.no_proxy == ("localhost", "127.0.0.1", "::1", "x.example")
    assert ours.bypassed == ()
    behind = plan([], f"x.example, {entry}", True, PROVIDERS)
    assert behind.no_proxy == ("localhost", "127.0.0.1", "::1", "x.example", entry)
    assert behind.bypassed == (Bypass(f"“{entry}” in NO_PROXY keeps {covered} from the proxy", True),)


@pytest.mark.parametrize("entry", ["api.a.example:80", "gw.example:443", "pi.a.example", "a.example.org", "10.0.0.0/8"])
def test_an_entry_that_covers_no_provider_stays(entry: str) -> None:
    assert plan([], entry, False, PROVIDERS).no_proxy[-1] == entry


@pytest.mark.parametrize("host", ["", ":", "gw:99999999", "[::1", "[::1]:8443", "a b", "²:²"])
def test_a_host_that_makes_no_sense_is_covered_by_everything_and_harms_nothing(host: str) -> None:
    assert plan([], "x.example *", False, [host]).no_proxy[-1] == "x.example"


def test_a_projects_own_address_is_no_model_for_certain() -> None:
    (bypass,) = planned({"APP_BASE_URL": "http://localhost:3000"}).bypassed
    assert not bypass.is_model
