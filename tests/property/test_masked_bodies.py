"""Whatever JSON a secret stands in, it is gone, and nothing else has changed."""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from masked_texts import INNOCENT, KEY, PLANTED, SHAPES, Planted, Shape, pieces_of, token_for, written
from secrets_planted import RULES, secret

from store.masking.body import BodyMasker
from store.masking.edits import Edit, replaced
from store.masking.masking import Masking
from store.masking.tokens import TOKEN

MASKING = Masking(KEY)
STYLES = st.integers(0, 3)


def masked(body: bytes) -> bytes:
    """The body, masked by itself; the places that are told are all that changed, and hold tokens now."""
    result = BodyMasker(MASKING).mask(body)
    left = replaced(body, [Edit(place.start, place.end, b"") for place in result.places])
    assert TOKEN.sub(b"", result.data) == TOKEN.sub(b"", left)
    return result.data


def everything(value: Any) -> list[str]:
    """All texts and names of a JSON value, and of the JSON in its texts."""
    if isinstance(value, dict):
        return [text for name, each in value.items() for text in (*everything(name), *everything(each))]
    if isinstance(value, list):
        return [text for each in value for text in everything(each)]
    if not isinstance(value, str):
        return []
    try:
        inner = json.loads(value)
    except ValueError:
        inner = None
    return [value, *(everything(inner) if isinstance(inner, dict | list | str) else [])]


@given(PLANTED, SHAPES, STYLES)
def test_a_secret_is_gone_and_nothing_else(planted: Planted, shape: Shape, style: int) -> None:
    body = written({"k": shape(planted.text)}, style)
    out = masked(body)
    texts = everything(json.loads(out))
    assert not {piece for piece in pieces_of(planted.secrets) if any(piece in text for text in texts)}
    assert everything(json.loads(written({"k": shape(planted.masked)}, style))) == texts
    assert masked(out) == out


@given(INNOCENT, SHAPES, STYLES)
def test_what_holds_no_secret_stays(text: str, shape: Shape, style: int) -> None:
    body = written({"k": shape(text)}, style)
    assert BodyMasker(MASKING).mask(body) == (body, ())


@given(st.text(max_size=20), st.sampled_from(RULES), st.text(max_size=9), st.booleans(), st.integers(0, 9))
def test_base64_hides_no_secret(before: str, rule: str, after: str, url_safe: bool, seed: int) -> None:
    value = secret(rule, seed)
    encode = urlsafe_b64encode if url_safe else b64encode
    body = json.dumps({"data": encode(f"{before} {value} {after}".encode()).decode()}).encode()
    out = masked(body)
    hidden = {encode(value.encode()[at:])[:16] for at in range(3)}
    assert not [piece for piece in hidden if piece in out]
    assert TOKEN.search(out)
    assert json.loads(out).keys() == {"data"}
    assert masked(out) == out


@given(PLANTED, st.binary(max_size=20))
def test_a_body_that_is_no_json(planted: Planted, junk: bytes) -> None:
    out = masked(b"x " + junk + b" " + planted.text.encode() + b" " + junk)
    assert not [piece for piece in pieces_of(planted.secrets) if piece.encode() in out]
    assert masked(out) == out


@given(PLANTED, st.integers(0, 100))
def test_json_that_is_cut_hides_nothing(planted: Planted, cut: int) -> None:
    body = written({"k": [planted.text, "x" * 100]}, 0)[: -1 - cut] + b"}"
    out = BodyMasker(MASKING).mask(body).data
    assert not [piece for piece in pieces_of(planted.secrets) if piece.encode() in out]


@given(st.lists(PLANTED, min_size=2, max_size=5), st.integers(0, 3), st.booleans())
@example([Planted("a", "a", ())] * 3, 0, True)
def test_a_known_beginning_changes_nothing(planted: list[Planted], style: int, marked: bool) -> None:
    """Bodies of a growing session, with a mark that moves, are masked as each would be by itself."""
    known = BodyMasker(MASKING)
    filler = "The quick brown fox. " * 200
    for size in range(1, len(planted) + 1):
        messages: list[dict[str, Any]] = [
            {"role": "user", "content": filler[: 40 * (n + 1)] + each.text} for n, each in enumerate(planted[:size])
        ]
        if marked:
            messages[-1]["cache_control"] = {"type": "ephemeral"}
        body = written({"messages": messages, "system": filler * 5 + planted[0].text, "model": "m"}, style)
        assert known.mask(body) == BodyMasker(MASKING).mask(body)


def test_a_number_becomes_a_text() -> None:
    masking = Masking(KEY, exact=[b"12345678901234"])
    out = BodyMasker(masking).mask(b'{"pin": 12345678901234, "n": 1}').data
    assert json.loads(out) == {"pin": token_for("value", "12345678901234"), "n": 1}


def test_equal_secrets_have_equal_tokens_however_they_are_written() -> None:
    value = secret("anthropic-key", 1)
    body = json.dumps({"a": value, "b": json.dumps({"c": value})}) + "\n"
    escaped = body.replace(value[:2], f"\\u{ord(value[0]):04x}{value[1]}", 1)
    tokens = set(TOKEN.findall(masked(escaped.encode())))
    assert tokens == {token_for("anthropic-key", value).encode()}


def test_duplicate_names_are_masked_each() -> None:
    one, two = secret("github-token", 1), secret("github-token", 2)
    out = masked(f'{{"k": "{one}", "k": "{two}"}}'.encode())
    assert len(set(TOKEN.findall(out))) == 2
