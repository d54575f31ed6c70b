"""The turn object: an exchange in the archive, linked to its parents. The unit of the timeline and the commit.

Its payload is canonical JSON; docs/format.md lists the members. `parents`, session and the reading's summary say what
was known at capture and are never rewritten.
"""

from dataclasses import asdict
from typing import Any, Final

from blake3 import blake3

from store.canonical import loads
from store.errors import Damaged
from store.exchange import header
from store.ids import object_id
from store.incoming import Incoming
from store.link import Link
from store.mask import RULES_VERSION

FORMAT: Final = 1


def parse(payload: bytes) -> dict[str, Any]:
    """A turn from its bytes. Raises `Damaged` where it is none of a format this version reads."""
    turn = loads(payload)
    if not isinstance(turn, dict) or turn.get("format") != FORMAT:
        raise Damaged("a turn of a format that this deck does not read")
    return turn


def exchange_key(turn: dict[str, Any]) -> bytes:
    """What makes two recordings one exchange: method, URL, both bodies, and the provider's request id or the start.

    32 bytes. It follows from the turn, so it is not stored in it.
    """
    request, response, http = turn["request"], turn["response"], turn["http"]
    which = response["request_id"] or str(turn["times"]["start"])
    named = (http["method"], http["url"], request["body"], response["body"], which)
    return blake3("\0".join(named).encode("utf-8", "surrogatepass")).digest()


def describe(incoming: Incoming) -> dict[str, Any]:
    """A turn's payload as far as the exchange itself says it: all but links, and ids of what is staged later."""
    exchange, answer, who = incoming.exchange, incoming.answer, incoming.who
    body, response = incoming.body, incoming.response
    return {
        "format": FORMAT,
        "run": exchange.run,
        "tags": list(exchange.tags),
        "times": {
            "start": exchange.started_ms,
            "request_end": exchange.request_end_ms,
            "first_byte": exchange.first_byte_ms,
            "end": exchange.end_ms,
        },
        "http": {
            "method": exchange.method,
            "url": incoming.url,
            "status": exchange.status,
            "version": exchange.http_version,
        },
        "request": {
            "body": object_id("blob", incoming.request_body).hex(),
            "coding": incoming.request_coding,
            "size": exchange.request_size,
            "tip": incoming.ids[-1].hex() if incoming.ids else "",
            "count": len(incoming.ids),
            "conversation": body.conversation if body else "",
        },
        "response": {
            "body": object_id("blob", response.body).hex() if exchange.status is not None else "",
            "type": header(exchange.response_headers, "content-type"),
            "coding": response.coding,
            "size": exchange.response_size,
            "request_id": incoming.provider_id,
            "headers": "",
            "chunks": "",
            "answer": "",
        },
        "client": {"name": who.client, "version": who.version, "cwd": who.cwd},
        "outcome": incoming.outcome.value,
        "error": exchange.error,
        "notes": list(exchange.notes),
        "reading": {
            "wire": incoming.wire.name,
            "version": incoming.wire.version,
            "model": incoming.model,
            "served": answer.model,
            "usage": {name: count for name, count in asdict(answer.usage).items() if count is not None},
            "stop": answer.stop_reason,
            "error": answer.error,
            "id": answer.response_id,
        },
        "capture": {"mode": exchange.mode.value, "mask": RULES_VERSION},
    }


def place(turn: dict[str, Any], incoming: Incoming, link: Link) -> None:
    """Put a described turn in its session, thread and line of parents."""
    who = incoming.who
    thread = who.thread or link.thread
    turn["parents"] = [
        {"turn": each.turn.hex(), "kind": each.kind, "confidence": each.confidence}
        | ({"call": each.call} if each.call else {})
        for each in link.parents
    ]
    turn["notes"] += link.notes
    turn["request"]["known"] = link.known
    turn["session"] = who.session or link.session or f"line-{exchange_key(turn).hex()[:12]}"
    turn["thread"] = thread
    turn["role"] = "sub" if who.role == "main" and thread else who.role
