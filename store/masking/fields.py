"""What is done with single members of JSON bodies, whatever is in them: ``keep | mask | drop | hash``, by path.

A path is names with dots between them; ``*`` stands for any name or place in an array, and a path means all that
is below it: ``metadata.user_id``, ``messages.*.content.*.source.data``. Of several that fit the last counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from store.errors import StoreError
from store.masking.edits import Edit
from store.masking.escapes import Unescaped
from store.masking.fitted import Token
from store.masking.leaves import ANY, Leaf
from store.masking.tokens import TOKEN

FIELD = "field"
"""The rule in the token of a hashed member."""


class Policy(StrEnum):
    """What is done with a member's texts and numbers."""

    KEEP = "keep"  # as they are, whatever they hold
    MASK = "mask"  # as everything else
    DROP = "drop"  # an empty text, or 0
    HASH = "hash"  # a token: equal ones stay equal


@dataclass(frozen=True, slots=True)
class Field:
    """A path and what is done with what is there."""

    path: tuple[bytes, ...]
    policy: Policy

    def is_about(self, path: tuple[bytes, ...]) -> bool:
        """Whether ``path`` is this one or below it."""
        own = self.path
        return len(path) >= len(own) and all(each in (ANY, name) for each, name in zip(own, path, strict=False))


def read_field(path: str, policy: str, where: str) -> Field:
    """A field as a configuration names it. Raises `StoreError`."""
    names = path.split(".")
    if not all(names) or policy not in list(Policy):
        raise StoreError(f"{where}: a masking field needs a path, like metadata.user_id, and keep, mask, drop or hash")
    return Field(tuple([name.encode() for name in names]), Policy(policy))


class Fields:
    """The fields of a configuration."""

    def __init__(self, fields: Iterable[Field] = ()) -> None:
        self._fields = tuple(fields)[::-1]

    def __bool__(self) -> bool:
        return bool(self._fields)

    def apply(self, text: bytes, leaves: Iterable[Leaf], token: Token) -> tuple[set[tuple[int, int]], list[Edit]]:
        """Spans of leaves that rules do not touch any more, and the edits that drop and hash ask for."""
        treated: set[tuple[int, int]] = set()
        edits: list[Edit] = []
        for leaf in leaves if self._fields else ():
            policy = self._policy(leaf)
            if policy is Policy.MASK:
                continue
            treated.add((leaf.start, leaf.end))
            new = _instead(leaf, text[leaf.start : leaf.end], policy, token)
            if new is not None:
                edits.append(Edit(leaf.start, leaf.end, new, FIELD))
        return treated, edits

    def _policy(self, leaf: Leaf) -> Policy:
        if leaf.path and not leaf.path[-1]:  # a name
            return Policy.MASK
        path = tuple([Unescaped(name, only_json=True).text if b"\\" in name else name for name in leaf.path])
        return next((field.policy for field in self._fields if field.is_about(path)), Policy.MASK)


def _instead(leaf: Leaf, value: bytes, policy: Policy, token: Token) -> bytes | None:
    """What a leaf becomes; `None` where it stays."""
    if policy is Policy.DROP:
        empty = b"" if leaf.is_text else b"0"
        return empty if value != empty else None
    if policy is Policy.HASH and value and TOKEN.fullmatch(value) is None:
        return token(FIELD, value) if leaf.is_text else b'"%b"' % token(FIELD, value)
    return None
