import subprocess
from pathlib import Path

import pytest

from deck.diagnostics import Problem
from deck.launch import variables
from deck.launch.variables import Upstream


@pytest.mark.parametrize(
    ("environ", "upstream"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, Upstream("http://proxy.example:3128", "")),
        ({"HTTPS_PROXY": "proxy.example:3128"}, Upstream("http://proxy.example:3128", "")),
        ({"HTTPS_PROXY": "https://proxy.example"}, Upstream("https://proxy.example:443", "")),
        ({"https_proxy": "http://u:p%40s@[::1]:1/"}, Upstream("http://[::1]:1", "u:p@s")),
        ({"HTTP_PROXY": "http://b:1", "HTTPS_PROXY": "http://a:1"}, Upstream("http://a:1", "")),
        ({"ALL_PROXY": "http://a:1"}, Upstream("http://a:1", "")),
        ({"HTTPS_PROXY": "http://127.0.0.1:8080"}, None),
        ({"HTTPS_PROXY": "http://127.0.0.1:8081"}, Upstream("http://127.0.0.1:8081", "")),
    ],
)
def test_the_proxy_that_the_user_had(environ: dict[str, str], upstream: Upstream | None) -> None:
    assert variables.upstream(environ, own_ports=[8080]) == upstream


@pytest.mark.parametrize("value", ["socks5://x:1", "http://x:99999", "http://[::1", "http://"])
def test_a_proxy_that_cannot_be_used_is_a_problem_that_names_its_variable(value: str) -> None:
    with pytest.raises(Problem, match="ALL_PROXY"):
        variables.upstream({"ALL_PROXY": value})


def test_a_refused_proxy_never_shows_its_password() -> None:
    with pytest.raises(Problem) as caught:
        variables.upstream({"ALL_PROXY": "socks5://user:hunter2@x:1"})
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_exports_are_what_a_posix_shell_reads_back(shell: str) -> None:
    value = "a'b\"c $d `e` \\ f"
    lines = variables.exports({"X": value}, shell)
    shown = subprocess.run(["sh", "-c", lines + '\nprintf %s "$X"'], capture_output=True, text=True, check=True)
    assert shown.stdout == value


def test_exports_for_fish_quote_its_way() -> None:
    assert variables.exports({"X": "a'b\\c"}, "fish") == "set -gx X 'a\\'b\\\\c';"


def test_an_unknown_shell_is_refused() -> None:
    with pytest.raises(Problem, match="csh"):
        variables.exports({}, "csh")


def test_every_variable_of_the_agent_points_at_the_port_or_the_bundle() -> None:
    given = variables.for_agent(7, Path("/b.pem"), ["localhost"], {})
    assert set(given.values()) == {"http://127.0.0.1:7", "/b.pem", "localhost"}
    assert not {"ALL_PROXY", "SOCKS_PROXY"} & set(given)


def test_variables_that_some_clients_prefer_are_taken_over_where_the_user_has_them() -> None:
    users = {"ALL_PROXY": "socks5://a:1", "wss_proxy": "http://b:1", "ws_proxy": "", "socks_proxy": "c:1"}
    given = variables.for_agent(7, Path("/b.pem"), [], users)
    assert (given["ALL_PROXY"], given["wss_proxy"], given["socks_proxy"]) == (*["http://127.0.0.1:7"] * 2, "")
    assert not {"all_proxy", "ws_proxy", "SOCKS_PROXY"} & set(given)


def test_a_run_inside_another_one_knows_it(tmp_path: Path) -> None:
    archive = tmp_path / "a: b"
    outer = variables.Outer(4711, "closed")
    environ = {**variables.for_agent(4711, tmp_path, (), {}), **variables.of_run(outer, archive)}
    assert variables.surrounding(environ, archive) == outer
    assert variables.surrounding(environ, tmp_path) is None
    assert variables.surrounding(environ | {"HTTPS_PROXY": "http://127.0.0.1:4712"}, archive) is None
    for said in ("", "4711", "x:open:/", f"4711:{archive}"):
        assert variables.surrounding(environ | {"DECK_RUN": said}, archive) is None
