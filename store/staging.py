"""Staging all that a turn is made of, for the writer to commit: bodies, messages, headers, chunk times, the turn."""

from typing import Any

from store import chunks
from store.canonical import dumps
from store.incoming import Incoming, Request
from store.writer import Writer


def stage(writer: Writer, turn: dict[str, Any], incoming: Incoming) -> bytes:
    """Stage every object of a described and placed turn, the turn last; its id. Puts the ids it lacked into it."""
    request = incoming.request
    ids = request.ids
    tip = ids[-1] if ids else None
    writer.look_up((request.id, *ids[max(0, len(ids) - len(request.new) - 1) :]))
    _stage_messages(writer, request)
    parts = request.body.parts if request.body else ()
    writer.body(request.id, request.whole, parts, tip)
    turn["request"]["headers"] = writer.blob(request.headers).hex()
    if incoming.exchange.status is not None:
        said, exchange = turn["response"], incoming.exchange
        said["headers"] = writer.blob(incoming.response_headers).hex()
        source = bytes.fromhex(said["body"])
        writer.stream(source, exchange.response_body)
        if exchange.chunks:
            said["chunks"] = writer.times(chunks.encode(exchange.chunks), source, exchange.response_body).hex()
        if (element := incoming.answer_element()) is not None:
            said["answer"] = writer.answer(tip, element, source).hex()
    return writer.json("turn", dumps(turn))


def _stage_messages(writer: Writer, request: Request) -> None:
    """Stage the messages that are not stored; whoever stored one has stored all before it."""
    ids = request.ids
    start = len(ids)
    while start and not writer.has(ids[start - 1]):
        start -= 1
    for position in range(start, len(ids)):
        writer.message(ids[position], ids[position - 1] if position else None, request.contents[position])
