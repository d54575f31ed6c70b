"""Rules: what the built-in ones find and what they leave alone, and what a configuration may say."""

from typing import Any

import pytest
from secrets_planted import RULES, in_markers, private_key, secret

from store.errors import StoreError
from store.masking.masking import Masking
from store.masking.rules import builtin, read_rule

MASKING = Masking(bytes(32))
ACME = {"id": "acme-key", "regex": "acme_([a-z0-9]{8,})", "keywords": ["acme_"]}


def found(text: str, masking: Masking = MASKING) -> list[tuple[str, str]]:
    """Rules and secrets of a text."""
    return [(hit.rule, hit.value.decode()) for hit in masking.hits(text.encode())]


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_its_own_secrets(rule: str) -> None:
    one, two = secret(rule, 1), secret(rule, 2)
    assert found(f"x={one}, {two}\n") == [(rule, one), (rule, two)]


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("postgres://app:{}@db.internal:5432/x", "url-password", "s3cr3t-Pw"),
        ("curl -H 'Authorization: Bearer {}'", "authorization", "A9f3kL0pQ2x7Zt5v"),
        ("Authorization: Basic {}", "authorization", "YWxhZGRpbjpvcGVuc2VzYW1l"),
        ("aws_secret_access_key = {}", "aws-secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzqqqq99"),
        ("AccountName=a;AccountKey={};x", "azure-key", "Ab3" * 28 + "Zz=="),
    ],
)
def test_secrets_that_need_what_stands_before_them(text: str, rule: str, value: str) -> None:
    assert found(text.format(value)) == [(rule, value)]


def test_a_private_key_goes_and_its_markers_stay() -> None:
    body = private_key(1)
    assert found(f"a\n{in_markers(body)}\nb") == [("private-key", body)]
    assert found("It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.") == []


@pytest.mark.parametrize(
    "text",
    [
        "3fa91c2e8d7b6a5948372615049382716a5b4c3d",  # a git commit
        "550e8400-e29b-41d4-a716-446655440000",
        "toolu_01A09q90qw90lq917835lq9 msg_01XFDUDYJgAACzvnptvVoYEL req_011CSHoEeqs5C35K2UUqR7Fy",
        "call_abc123DEF456ghi789JKL012 chatcmpl-9xYzAbCdEfGhIjKlMnOpQrStUvWx",
        "https://user:password@example.com http://localhost:8080/a@b",
        "Authorization: Bearer YOUR_API_KEY_HERE1 Authorization: Basic authentication",
        "risk-assessment task-a1b2c3d4e5f60718293a4b5c6d7e8f90 mask-0123456789abcdef0123456789abcdef",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert found(text) == []


def test_a_rule_of_the_user_masks_its_group() -> None:
    masking = Masking(bytes(32), [read_rule(ACME, "config.toml")])
    assert found("key acme_12345678 end", masking) == [("acme-key", "12345678")]


def test_entropy_and_allowlist_let_pass() -> None:
    allowlist = {"regexes": ["^z+$"], "stopwords": ["EXAMPLE"]}
    masking = Masking(bytes(32), [read_rule({**ACME, "entropy": 2.5, "allowlist": allowlist}, "config.toml")])
    text = "acme_aaaaaaaa acme_zzzzzzzz acme_example123 acme_k3j9x2q8"
    assert found(text, masking) == [("acme-key", "k3j9x2q8")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "Not good"}, "id"),
        ({"regex": "(a"}, "RE2"),
        ({"regex": r"(a)\1"}, "RE2"),
        ({"regex": 7}, "regex"),
        ({"keywords": []}, "keywords"),
        ({"keywords": [" two"]}, "keywords"),
        ({"secretGroup": 2}, "group 2"),
        ({"reach": 1 << 20}, "reach"),
        ({"run": "a]b"}, "run"),
        ({"until": "end"}, "until"),
        ({"alone": 1}, "alone"),
        ({"path": "x"}, "'path'"),
        ({"allowlist": {"paths": ["x"]}}, "'paths'"),
        ({"allowlist": {"regexTarget": "line"}}, "regexTarget"),
    ],
)
def test_what_a_rule_cannot_be_is_refused_with_its_reason(change: dict[str, Any], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        read_rule({**ACME, **change}, "config.toml")


def test_ids_of_the_built_in_rules_differ() -> None:
    ids = [rule.id for rule in builtin()]
    assert len(set(ids)) == len(ids) >= 20
    assert set(RULES) <= set(ids)
