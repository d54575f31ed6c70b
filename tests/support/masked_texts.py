"""Texts with secrets in them, and the same texts with tokens where the secrets were, for property tests."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st
from secrets_planted import RULES, secret

from store.masking.tokens import Tokens

KEY = bytes(range(32))
_TOKENS = Tokens(KEY)
INNOCENT = st.text(
    st.one_of(st.sampled_from(" \n\t\"'\\/{}[]:,.-_=abcdefghijkstxyAGKS019%u"), st.characters(codec="utf-8")),
    max_size=30,
)
_EDGES = st.sampled_from(("", " ", "\n", "\t", '"', "'", "(", ")", "=", ",", ";", "`", "<", ">", "é"))


class Planted(NamedTuple):
    """A text with secrets, the text as it is masked, and the secrets."""

    text: str
    masked: str
    secrets: tuple[str, ...]


def token_for(rule: str, value: str) -> str:
    """The token that stands for a secret."""
    return _TOKENS.token(rule, value.encode()).decode()


def _joined(parts: list[tuple[str, str, str, str, int]]) -> Planted:
    text = masked = ""
    found = []
    for innocent, before, after, rule, seed in parts:
        value = secret(rule, seed)
        text += innocent + before + value + after
        masked += innocent + before + token_for(rule, value) + after
        found.append(value)
    return Planted(text, masked, tuple(found))


PLANTED = st.lists(
    st.tuples(INNOCENT, _EDGES.filter(bool), _EDGES.filter(bool), st.sampled_from(RULES), st.integers(0, 20)),
    min_size=1,
    max_size=3,
).map(_joined)
"""Texts with one to three secrets, each with something that is no letter on both sides."""

Shape = Callable[[str], Any]


def _in_json(shape: Shape) -> Shape:
    return lambda text: json.dumps({"in": shape(text)}, ensure_ascii=False)


def _beside(shape: Shape, other: Any) -> Shape:
    return lambda text: {"a": other, "b": shape(text), "n": [1, 2.5e10, None, True, shape("none")]}


_LEAVES: list[Shape] = [
    lambda text: text,
    lambda text: {text: 1},
    lambda text: [text, text],
    lambda text: {"content": [{"type": "text", "text": text}], "id": "toolu_01"},
]
SHAPES = st.recursive(
    st.sampled_from(_LEAVES),
    lambda shapes: st.one_of(shapes.map(_in_json), st.builds(_beside, shapes, INNOCENT)),
    max_leaves=4,
)
"""Ways to put a text into a JSON value: as a value or name, several times, inside JSON inside a text."""


def written(value: Any, style: int) -> bytes:
    """``value`` as JSON, in one of the ways that clients write it: 0 UTF-8, 1 ASCII, 2 indented, 3 mostly escapes."""
    if style == 3:
        return _escaped(json.dumps(value, ensure_ascii=True)).encode()
    return json.dumps(value, ensure_ascii=style == 1, indent=1 if style == 2 else None).encode()


def _escaped(text: str) -> str:
    """JSON with every third character of its texts as an escape."""
    out, inside, position = [], False, 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            size = 6 if text[position + 1] == "u" else 2
            out.append(text[position : position + size])
            position += size
            continue
        if character == '"':
            inside = not inside
        out.append(f"\\u{ord(character):04x}" if inside and character.isalnum() and position % 3 == 0 else character)
        position += 1
    return "".join(out)


def pieces_of(values: tuple[str, ...], size: int = 12) -> set[str]:
    """Every piece of ``size`` characters of the secrets."""
    return {value[at : at + size] for value in values for at in range(len(value) - size + 1)}
