"""What ``config.toml`` says about masking."""

import json
from pathlib import Path

import pytest
from secrets_planted import secret

from store.errors import StoreError
from store.masking import config
from store.masking.body import BodyMasker
from store.masking.rules import VERSION

KEY = bytes(32)


def masked(tmp_path: Path, text: str, body: object) -> object:
    """A JSON body, masked as a configuration asks for."""
    (tmp_path / "config.toml").write_text(text, "utf-8")
    masking = config.load(tmp_path, KEY, {"PASSWORD": "correct horse", "EMPTY": ""})
    return json.loads(BodyMasker(masking).mask(json.dumps(body).encode()).data)


def test_without_a_configuration_the_built_in_rules_are_in_force(tmp_path: Path) -> None:
    assert config.load(tmp_path, KEY, {}).version == str(VERSION)


def test_values_of_chosen_variables_are_secrets(tmp_path: Path) -> None:
    text = '[masking]\nenvironment = ["PASSWORD", "EMPTY", "ABSENT"]\n'
    out = masked(tmp_path, text, {"a": "the correct horse runs"})
    assert str(out).startswith("{'a': 'the [[deck:value:")


def test_a_built_in_rule_can_be_left_out_or_replaced(tmp_path: Path) -> None:
    body = {"a": secret("github-token", 1), "b": secret("jwt", 1)}
    out = masked(tmp_path, '[masking]\ndisabled_rules = ["jwt"]\n', body)
    assert isinstance(out, dict)
    assert out["b"] == body["b"]
    assert out["a"].startswith("[[deck:github-token:")


def test_fields(tmp_path: Path) -> None:
    text = """
[[masking.fields]]
path = "user"
policy = "hash"
[[masking.fields]]
path = "messages.*.image"
policy = "drop"
[[masking.fields]]
path = "public"
policy = "keep"
"""
    key = secret("github-token", 1)
    body = {"user": {"id": "u1", "n": 7}, "messages": [{"image": "aGk=", "size": 3}], "public": key, "other": key}
    out = masked(tmp_path, text, body)
    assert isinstance(out, dict)
    assert out["user"]["id"].startswith("[[deck:field:") and out["user"]["n"].startswith("[[deck:field:")
    assert out["messages"] == [{"image": "", "size": 3}]
    assert out["public"] == key and out["other"].startswith("[[deck:github-token:")
    assert masked(tmp_path, text, out) == out


def test_the_version_says_what_changes_the_rules(tmp_path: Path) -> None:
    plain = config.read({"environment": ["PASSWORD"]}, "c", KEY, {})
    changed = config.read({"disabled_rules": ["jwt"]}, "c", KEY, {})
    assert plain.version == str(VERSION)
    assert changed.version.startswith(f"{VERSION}+") and len(changed.version) == len(f"{VERSION}+") + 8


@pytest.mark.parametrize(
    "text",
    [
        "masking = 1",
        "[masking]\nsecrets = []",
        '[masking]\ndisabled_rules = ["no-such"]',
        '[masking]\nenvironment = "PASSWORD"',
        '[[masking.fields]]\npath = "a"',
        '[[masking.fields]]\npath = "a..b"\npolicy = "drop"',
        '[[masking.fields]]\npath = "a"\npolicy = "burn"',
        '[[masking.rules]]\nid = "x"',
        "[masking",
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    with pytest.raises(StoreError):
        config.load(tmp_path, KEY, {})
