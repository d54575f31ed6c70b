"""The turn object: an exchange in the archive, linked to its parents. The unit of the timeline and the commit.

Its payload is canonical JSON; docs/format.md lists the members. `parents`, session and the reading's summary say what
was known at capture and are never rewritten.
"""

from collections.abc import Iterator
from typing import Any, Final

from blake3 import blake3

from store.canonical import loads
from store.errors import Damaged
from store.turn_shape import is_turn

FORMAT: Final = 1


def parse(payload: bytes) -> dict[str, Any]:
    """A turn from its bytes. Raises `Damaged` where it is none of a format this version reads."""
    turn = loads(payload)
    if not isinstance(turn, dict) or turn.get("format") != FORMAT:
        raise Damaged("a turn of a format that this deck does not read")
    if not is_turn(turn):
        raise Damaged("a turn lacks what every turn has")
    return turn


def exchange_key(turn: dict[str, Any]) -> bytes:
    """What makes two recordings one exchange: method, URL, both bodies, and the provider's request id or the start.

    32 bytes. It follows from the turn, so it is not stored in it.
    """
    request, response, http = turn["request"], turn["response"], turn["http"]
    which = response["request_id"] or str(turn["times"]["start"])
    named = (http["method"], http["url"], request["body"], response["body"], which)
    return blake3("\0".join(named).encode("utf-8", "surrogatepass")).digest()


def parts_of(said: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """(what it is to the turn, kind, id) of all that a turn is made of."""
    request, response = said["request"], said["response"]
    for what, kind, name in (
        ("run", "run", said["run"]),
        ("request headers", "blob", request["headers"]),
        ("request body", "blob", request["body"]),
        ("last message", "message", request["tip"]),
        ("response headers", "blob", response["headers"]),
        ("response body", "blob", response["body"]),
        ("chunk times", "blob", response["chunks"]),
        ("answer", "message", response["answer"]),
    ):
        if name:
            yield what, kind, bytes.fromhex(name)
