"""`deck mask`: which rule, where, how often, never the value."""

import json
from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from archives import HOSTILE, as_json, recorded
from command_line import Run
from secrets_planted import secret

from deck.cli import main
from store.exchange import Cleaned, Side
from store.masking.rules import VERSION


def test_it_tells_rule_line_and_column_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = secret("github-token", 5)
    body = tmp_path / "body"
    body.write_text(f"one\n  {value}\n", "utf-8")
    assert main(["mask", "test", str(body), "--archive", str(tmp_path / "none")]) == 1
    out = capsys.readouterr().out
    assert f"2:3: github-token, {len(value)} bytes\n" in out
    assert value[4:16] not in out
    assert out.endswith(f"by version {VERSION} of the rules\n"), "no number that could be one of rules"


def test_without_a_file_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mask", "test"]) == 2
    assert "there is no file to test" in capsys.readouterr().err


def test_an_export_names_the_version_of_the_rules_too(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    code, _, err = deck("export", "--redact", "-o", str(tmp_path / "out.md"))
    assert code == 0 and f"by version {VERSION} of the rules; hashes are not the archive's\n" in err


def test_json_and_the_rules_of_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text('[masking]\ndisabled_rules = ["github-token"]\n', "utf-8")
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"a": secret("github-token", 5)}), "utf-8")
    assert main(["mask", "test", str(body), "--json", "--archive", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "deck.mask/1"
    assert said["places"] == []


def test_a_file_that_cannot_be_read_is_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mask", "test", str(tmp_path / "nope")]) == 3
    assert main(["mask", "test", str(tmp_path)]) == 2
    assert "nope: No such file" in capsys.readouterr().err


def test_another_word_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mask", "tast", "x"]) == main(["mask", "test"]) == 2
    assert "deck mask test FILE, or deck mask report" in capsys.readouterr().err


def test_a_report_counts_by_rule_and_place_and_shows_no_value(tmp_path: Path, deck: Run) -> None:
    key, url = secret("anthropic-key", 7), "https://api.anthropic.com/v1/messages?api_key=abc%20def"
    exchanges = list(kafka_session.exchanges())[:3]
    odd = (HOSTILE.encode("utf-8", "surrogatepass"), b"value")
    exchanges[1] = replace(
        exchanges[1], url=url, request_headers=(*exchanges[1].request_headers, (b"X-Api-Key", key.encode()), odd)
    )
    exchanges[2] = replace(exchanges[2], request_headers=(*exchanges[2].request_headers, (b"x-api-key", key.encode())))
    ids = recorded(tmp_path / "archive", exchanges)
    code, out, err = deck("mask", "report", ids[2][:12])
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["rule", "where", "secrets", "places", "turns", "first"]
    assert ["header", "request", "header", "x-api-key", "1", "2", "2", ids[1][:7]] in lines
    assert ["query", "url", "1", "1", "1", ids[1][:7]] in lines
    assert key[4:16] not in out and "\x1b" not in out
    told = as_json(deck("mask", "report", "--json")[1])
    assert told["turns"] == 3
    assert {(each["turn"], each["where"]) for each in told["places"] if each["rule"] == "query"} == {(ids[1], "url")}


def test_a_report_names_bodies_that_are_not_kept(tmp_path: Path, deck: Run) -> None:
    withheld = Cleaned("2", Side(withheld="RecursionError"), Side())
    recorded(tmp_path / "archive", [replace(next(kafka_session.exchanges()), request_body=b"", cleaned=withheld)])
    lines = [line.split() for line in deck("mask", "report")[1].splitlines()]
    assert ["withheld", "request", "body", "0", "1", "1"] in [line[:6] for line in lines]


def test_a_report_of_nothing(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("mask", "report")
    assert (code, out) == (0, f"0 masked places in {len(kafka)} turns\n")
