"""Tokens that stand for secrets: ``[[deck:<rule>:<16 hex digits>]]``, a BLAKE3 keyed with the archive's key.

Equal secrets stay equal, none can be read back. A token holds no character that JSON, SSE or a URL would escape, so it
can stand wherever the secret stood.
"""

import re
from typing import Final

from blake3 import blake3

_DIGITS: Final = 16
_NAME_BYTES: Final = 40
TOKEN: Final = re.compile(rb"\[\[deck:[a-z0-9-]{1,%d}:[0-9a-f]{%d}\]\]" % (_NAME_BYTES, _DIGITS))
TOKEN_BYTES: Final = len("[[deck::]]") + _NAME_BYTES + _DIGITS  # of the longest token
OPENING: Final = b"[[deck:"
_NAME = re.compile(rf"[a-z0-9-]{{1,{_NAME_BYTES}}}")


def is_name(text: str) -> bool:
    """Whether a rule may be called so."""
    return _NAME.fullmatch(text) is not None


class Tokens:
    """Makes tokens with one archive's key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, rule: str, value: bytes) -> bytes:
        """The token that stands for ``value``."""
        name = rule.encode("ascii")
        digest = blake3(name + b"\0" + value, key=self._key).hexdigest(length=_DIGITS // 2)
        return b"[[deck:%b:%b]]" % (name, digest.encode("ascii"))
