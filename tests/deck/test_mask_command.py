"""`deck mask test`: which rule, where, never the value."""

import json
from pathlib import Path

import pytest
from secrets_planted import secret

from deck.cli import main


def test_it_tells_rule_line_and_column_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = secret("github-token", 5)
    body = tmp_path / "body"
    body.write_text(f"one\n  {value}\n", "utf-8")
    assert main(["mask", "test", str(body), "--archive", str(tmp_path / "none")]) == 1
    out = capsys.readouterr().out
    assert f"2:3: github-token, {len(value)} bytes\n" in out
    assert value[4:16] not in out


def test_json_and_the_rules_of_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text('[masking]\ndisabled_rules = ["github-token"]\n', "utf-8")
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"a": secret("github-token", 5)}), "utf-8")
    assert main(["mask", "test", str(body), "--json", "--archive", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "deck.mask/1"
    assert said["places"] == []


def test_another_word_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mask", "tast", "x"]) == 2
    assert "deck mask test FILE" in capsys.readouterr().err
