"""Gemini's countTokens: a side call with the body of a call, and nothing but its path to tell it from one."""

from collections.abc import Mapping
from typing import Any, Final

from store.headers import Headers
from store.reading import Identity, Members
from store.wire.gemini import GenerateContent


class CountTokens(GenerateContent):
    """Read like the call that it counts."""

    name = "gemini.count-tokens"

    def claims(self, url_path: str, members: Members) -> bool:
        """By the method at the end of the path."""
        return url_path.endswith(":countTokens")

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Always a side call."""
        return super().identity(headers, members, first)._replace(role="aux:count-tokens")


WIRE: Final = CountTokens()
