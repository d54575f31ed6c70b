"""`deck stats` as a person or a script meets it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import kafka_session
from archives import HOSTILE, as_json, recorded
from command_line import Run

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "cli" / "stats.txt"


def test_the_whole(deck: Run, kafka: list[str]) -> None:
    """The form, with turns by their number and without the date of the prices."""
    code, out, err = deck("stats")
    assert (code, err) == (0, "")
    for number, id in enumerate(kafka, 1):
        out = out.replace(id[:7], f"<{number}>")
    assert re.sub(r"prices of \d{4}-\d\d-\d\d", "prices of <day>", out) == GOLDEN.read_text("utf-8")


def test_every_key_leads_to_the_turns_behind_it(deck: Run, kafka: list[str]) -> None:
    figures = as_json(deck("stats", "--json")[1])["figures"]
    assert figures["failures"] == {"value": 1, "unit": "count", "note": "", "turns": 1}
    for key, figure in figures.items():
        code, out, _ = deck("stats", "--turns", key, "--json")
        found = as_json(out)["figure"]
        assert code == 0 and found["key"] == key and found["value"] == figure["value"]
        assert len(found["turns"]) == figure["turns"]
        assert {each["turn"] for each in found["turns"]} <= set(kafka)
    shown = deck("stats", "--turns", "failures")[1]
    assert shown == f"1  {kafka[7][:7]}  A test still names orders-v2.\n"
    (found,) = as_json(deck("search", "--error", "--json", "--role", "tool")[1])["sessions"]
    assert [each["turn"] for each in found["hits"]] == [kafka[7]], "search finds it in the same turn"


def test_groups(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("stats", "--by", "day")
    head, *rows = out.splitlines()
    assert code == 0 and head.split() == [
        *("day", "turns", "prompts", "tokens", "cache-hit", "tools", "failures", "time", "cost")
    ]
    assert [row.split()[:2] for row in rows] == [["2026-09-21", "14"], ["all", "14"]]
    groups = as_json(deck("stats", "--by", "model", "--json")[1])["groups"]
    assert [(group["name"], group["figures"]["turns"]["value"]) for group in groups] == [("claude-sonnet-4-6", 14)]


def test_revs_name_sessions_and_count_once(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    other = kafka_session.exchanges(kafka_session.Clock(1_790_100_000_000), "0ther000-0000-4000-8000-000000000001")
    recorded(tmp_path / "archive", other)

    def turns(*line: str) -> int:
        return int(as_json(deck("stats", *line, "--json")[1])["figures"]["turns"]["value"])

    assert turns() == 28
    assert turns(kafka[0][:12]) == turns(kafka[0], kafka[5], f"{kafka[-1]}~1") == 14
    assert turns(kafka[0], "0ther000") == 28
    assert turns("--until", "2026-09-21") == turns("--since", "2026-09-22") == 14


def test_what_cannot_be_done_is_said(deck: Run, kafka: list[str]) -> None:
    for line, code, words in (
        (("--by", "weather"), 2, "session, project, day, model, agent"),
        (("--by", "day", "--turns", "cost"), 2, "do not go together"),
        (("--turns", "to"), 4, "several keys\n"),
        (("--turns", "luck"), 3, "deck stats shows the keys"),
        (("--since", "soon"), 2, "45m, 12h, 3d"),
        (("--model", "nobodys"), 3, "no turn fits these filters"),
        (("--by", "day", "--since", "2031-01-01"), 3, "no turn fits these filters"),
        (("nowhere",), 3, "nothing in this archive"),
    ):
        found, out, err = deck("stats", *line)
        assert (found, out) == (code, "") and words in err


def test_prices_of_ones_own(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    (tmp_path / "archive" / "config.toml").write_text('[[price]]\nmodels = ["claude-*"]\noutput = 1000000\ninput = 0\n')
    assert as_json(deck("stats", "--json")[1])["figures"]["cost"]["value"] == 14 * 50 * 1_000_000
    (tmp_path / "archive" / "config.toml").write_text("[[price]]\ninput = 3\n")
    code, _, err = deck("stats")
    assert code == 1 and "config.toml" in err and "models" in err


def test_an_unknown_price_shows_as_a_question_mark(deck: Run, tmp_path: Path) -> None:
    known, strange = list(kafka_session.exchanges())[:2]
    renamed = strange.response_body.replace(b"claude-sonnet-4-6", b"claude-dream-9")
    ids = recorded(tmp_path / "archive", [known, replace(strange, response_body=renamed)])
    figures = as_json(deck("stats", "--json")[1])["figures"]
    assert figures["cost-unknown"]["value"] == 1 and figures["cost"]["value"] > 0
    assert "and ? for 1 turn" in figures["cost"]["note"]
    assert ids[1] in deck("stats", "--turns", "cost-unknown", "--json")[1]
    only = as_json(deck("stats", "--model", "dream", "--json")[1])["figures"]
    assert only["cost"]["value"] is None and only["fallbacks/claude-sonnet-4-6 → claude-dream-9"]["value"] == 1
    shown = deck("stats", "--model", "dream")[1]
    assert re.search(r"^cost +\?$", shown, re.MULTILINE)
    assert re.search(r"^claude-dream-9 .* \?$", deck("stats", "--by", "model")[1], re.MULTILINE)


def test_hostile_names_do_not_reach_the_terminal(deck: Run, tmp_path: Path) -> None:
    thread = kafka_session.Thread(kafka_session.Clock())
    name = HOSTILE.replace("\ud800", "")
    recorded(
        tmp_path / "archive",
        [
            thread.send([kafka_session.text("go")], [kafka_session.call(1, name, command=name)]),
            thread.send([kafka_session.result(1, name, failed=True)], [kafka_session.text(name)]),
        ],
    )
    shown = [key for key in as_json(deck("stats", "--json")[1])["figures"] if key.startswith("tools/")]
    for line in ((), ("--by", "model"), ("--turns", "tools"), ("--turns", *shown)):
        code, out, _ = deck("stats", *line)
        assert code == 0 and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2069]", out)
    written = next(line.split("  ")[0] for line in deck("stats")[1].splitlines() if line.startswith("failures/"))
    assert deck("stats", "--turns", written)[0] == deck("stats", "--turns", "failures/")[0] == 0


def test_an_empty_archive(deck: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "archive", [])
    code, out, _ = deck("stats")
    assert code == 0 and out.startswith("sessions")
    assert json.loads(deck("stats", "--by", "day", "--json")[1])["groups"] == []
