"""Patterns for bytes, by RE2: linear in the text, whatever the pattern."""

from collections.abc import Iterable
from typing import Any, Final

import re2  # type: ignore[import-untyped]

from store.errors import StoreError

WORD: Final = r"!#-&(-_a-~"
"""What words are made of: printable ASCII but quotes."""

_ESCAPED: Final = [f"\\x{byte:02x}" for byte in range(256)]
NOTHING: Final = r"[^\x00-\xff]"
"""A pattern that finds nothing."""


def compile_pattern(pattern: str, where: str) -> Any:
    """A pattern for bytes. Raises `StoreError` for one that RE2 does not take, which bounds every other."""
    options = re2.Options()
    options.encoding, options.log_errors, options.max_mem = re2.Options.Encoding.LATIN1, False, 4 << 20
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is not valid"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise StoreError(f"{where}: RE2 cannot take the pattern {pattern[:80]!r}: {text}") from error


def any_of(words: Iterable[bytes], flags: str = "") -> str:
    """The pattern of the longest of ``words`` at the first place where there is one."""
    longest_first = sorted(words, key=len, reverse=True)
    choice = "|".join(["".join([_ESCAPED[byte] for byte in word]) for word in longest_first])
    return f"(?{flags}:{choice})" if choice else NOTHING
