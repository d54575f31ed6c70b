import json
from pathlib import Path

import pytest

from deck.launch import tally
from deck.launch.tally import Tally


def test_reports_add_up_and_the_last_turn_is_the_newest() -> None:
    parts = [
        Tally(turns=2, skipped=1, last="aa", distrust={"x": 1}, unreached={"y:1": 1}),
        Tally(turns=1, last="bb"),
        Tally(distrust={"x": 2}, unreached={"y:1": 1}),
    ]
    whole = tally.total(parts)
    assert (whole.turns, whole.skipped, whole.last, dict(whole.distrust)) == (3, 1, "bb", {"x": 3})
    assert whole.unreached == {"y:1": 2}
    assert tally.total([]) == Tally()


def test_a_report_is_read_and_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert tally.read_report(path) is None
    status = {"pid": 1, "port": 2, "turns": 3, "known": 1, "skipped": 4, "gaps": 0, "requests": 9, "last": "ab"}
    path.write_text(json.dumps(status | {"tls_failures": {}}))
    assert tally.read_report(path) == Tally(turns=3, known=1, skipped=4, requests=9, last="ab")


def test_the_closing_line() -> None:
    line = tally.closing_line(Tally(turns=1234, skipped=3, gaps=1), "3fa91c2", "--archive x ")
    assert line == "1,234 turns, 3 skipped, 1 gap · 3fa91c2 · deck --archive x 3fa91c2"


@pytest.mark.parametrize(
    ("counts", "environ", "words"),
    [
        (Tally(distrust={"api.example": 2}), {}, ("api.example", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")),
        (Tally(gaps=1, requests=1), {}, ("could not be kept",)),
        (Tally(), {}, ("HTTPS_PROXY",)),
        (Tally(requests=3), {}, ("*_BASE_URL",)),
        (Tally(unreached={"127.0.0.1:1": 2}), {}, ("2 requests reached the proxy, and 127.0.0.1:1 could not be",)),
        (Tally(requests=3, strangers=3), {}, ("3 requests", "--password")),
    ],
)
def test_the_likely_cause_is_one_sentence_that_names_the_variable(
    tmp_path: Path, counts: Tally, environ: dict[str, str], words: tuple[str, ...]
) -> None:
    said = tally.likely_cause(counts, environ, tmp_path, tmp_path, ())
    assert all(word in said for word in words)
    assert "\n" not in said


def test_what_the_agent_reaches_past_the_proxy_is_named(tmp_path: Path) -> None:
    said = tally.likely_cause(Tally(), {}, tmp_path, tmp_path, ["x in y.toml names an address", "z"])
    assert said == "no request reached the proxy: x in y.toml names an address."


def test_a_clients_setting_that_replaces_the_ca_is_named(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude/settings.json").write_text('{"env": {"NODE_EXTRA_CA_CERTS": "/x"}}')
    said = tally.likely_cause(Tally(distrust={"h": 1}), {}, tmp_path, tmp_path, ())
    assert f"{tmp_path}/.claude/settings.json sets NODE_EXTRA_CA_CERTS" in said
