"""A turn's payload from what came in: what the exchange says of itself, then its place in the archive."""

from typing import Any

from store.headers import header
from store.ids import object_id
from store.incoming import Incoming
from store.link_values import Link
from store.turn import FORMAT, exchange_key


def describe(incoming: Incoming) -> dict[str, Any]:
    """A turn's payload as far as the exchange itself says it: all but links, and ids of what is staged later."""
    exchange, answer, request = incoming.exchange, incoming.answer, incoming.request
    body, cleaned, who = request.body, incoming.cleaned, request.who
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
            "url": exchange.url,
            "status": exchange.status,
            "version": exchange.http_version,
        },
        "request": {
            "body": request.id.hex(),
            "coding": cleaned.request.coding,
            "size": exchange.request_size,
            "tip": request.ids[-1].hex() if request.ids else "",
            "count": len(request.ids),
            "tools": request.tools,
            "conversation": body.name if body else "",
        },
        "response": {
            "body": object_id("blob", exchange.response_body).hex() if exchange.status is not None else "",
            "type": header(exchange.response_headers, "content-type"),
            "coding": cleaned.response.coding,
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
            "wire": request.wire.name,
            "version": request.wire.version,
            "model": request.model,
            "served": answer.model,
            "usage": {name: count for name, count in answer.usage._asdict().items() if count is not None},
            "stop": answer.stop_reason,
            "error": answer.error,
            "id": answer.response_id,
        }
        | ({"base": request.base} if request.base else {}),
        "capture": {"mode": exchange.mode.value, "mask": cleaned.rules}
        | _told("masked", cleaned.request.places, cleaned.response.places)
        | _told("withheld", cleaned.request.withheld, cleaned.response.withheld)
        | ({"unverified": True} if exchange.unverified else {}),
    }


def _told(name: str, request: object, response: object) -> dict[str, Any]:
    """A member that says something of one side or both, where there is anything to say."""
    said = {side: value for side, value in (("request", request), ("response", response)) if value}
    return {name: said} if said else {}


def place(turn: dict[str, Any], incoming: Incoming, link: Link) -> None:
    """Put a described turn in its session, thread and line of parents."""
    who = incoming.request.who
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
