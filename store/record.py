"""The one way in: an exchange becomes a turn.

    known already? -> decode and mask -> split -> read -> link -> commit -> index

`Recorder.record` is the same for the proxy, the importers and the Python API. The turn is durable when it returns.
The same exchange recorded twice gives the same turn.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from store import catchup, chunks, derive, wire
from store.archive import Archive
from store.body import Body, Known, split
from store.canonical import dumps, loads
from store.codings import Decoder, decode
from store.derive import TurnReading
from store.exchange import Exchange, Headers, Outcome, header
from store.ids import object_id
from store.journal import RECORD_BYTES, Record, Type
from store.link import Keys, Link, Linker, spawned_by
from store.mask import RULES_VERSION, Masker
from store.reading import Answer, Identity, Wire
from store.records import message_payload
from store.turn import FORMAT, encode, exchange_key
from store.writer import Writer, adopt

BODY_LIMIT: Final = 64 << 20
_CONVERSATIONS_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Recorded:
    """The turn an exchange became; ``known`` where it was there already."""

    turn: bytes
    known: bool


@dataclass(frozen=True, slots=True)
class _Conversation:
    """The request's messages: ids, contents, and the wire's keys along them."""

    ids: tuple[bytes, ...]
    contents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Response:
    """The response body as kept: decoded where its coding could be undone, with chunk sizes to match."""

    body: bytes
    arrived: tuple[tuple[int, int], ...]  # (at_ms, size in the body as kept) of each chunk
    kept_coding: str  # why it was kept as it came, or ""


class Recorder:
    """Records exchanges into an archive with a writer of its own. Use it from one thread."""

    def __init__(self, archive: Archive) -> None:
        adopt(archive)
        self._archive = archive
        self._writer = Writer(archive)
        self._masker = Masker(archive.key)
        self._keys = Keys(archive.index)
        self._linker = Linker(archive.index)
        self._known: list[tuple[Known, tuple[bytes, ...]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Seal what was written and give the locks back; idempotent."""
        self._writer.close()
        self._archive.refresh()

    def record(self, exchange: Exchange) -> Recorded:
        """Keep an exchange. Raises `OSError` where it could not be made durable; nothing is half kept then."""
        request = decode(exchange.request_body, header(exchange.request_headers, "content-encoding"), BODY_LIMIT)
        request_body = exchange.request_body if request.failed else request.data
        response = _response(exchange)
        url = self._masker.url(exchange.url)
        request_id = object_id("blob", request_body)
        turn: dict[str, Any] = {
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
                "url": url,
                "status": exchange.status,
                "version": exchange.http_version,
            },
            "request": {"body": request_id.hex(), "coding": request.failed, "size": exchange.request_size},
            "response": {
                "body": object_id("blob", response.body).hex() if exchange.status is not None else "",
                "type": header(exchange.response_headers, "content-type"),
                "coding": response.kept_coding,
                "size": exchange.response_size,
                "request_id": _provider_id(exchange.response_headers),
            },
            "capture": {"mode": exchange.mode.value, "mask": RULES_VERSION},
            "error": exchange.error,
            "notes": list(exchange.notes),
        }
        key = exchange_key(turn)
        row = self._archive.index.db.execute("SELECT id FROM turns WHERE exchange = ?", (key,)).fetchone()
        if row is not None:
            return Recorded(bytes(row[0]), True)
        return Recorded(self._keep(exchange, turn, key, request_body, response), False)

    def _keep(
        self, exchange: Exchange, turn: dict[str, Any], key: bytes, request_body: bytes, response: _Response
    ) -> bytes:
        known = next(
            (each for each in self._known if each[0].fits(request_body)), self._known[0] if self._known else None
        )
        body = split(request_body, known[0] if known else None)
        members = body.members if body else {}
        path = _path(exchange.url)
        format_ = wire.pick(path, members)
        talk = _conversation(body, known)
        answer = format_.answer(response.body, turn["response"]["type"], exchange.status or 0)
        first = loads(talk.contents[0]) if talk.contents else None
        who = format_.identity(exchange.request_headers, members, first if isinstance(first, dict) else None)
        db = self._archive.index.db
        self._writer.begin()
        db.execute("BEGIN IMMEDIATE")
        try:
            along = self._keys.along(format_, talk.ids, talk.contents.__getitem__)
            link = self._link(format_, along, talk, who)
            new = [(talk.ids[n], derive.blocks_of(format_, talk.contents[n])) for n in range(link.known, len(talk.ids))]
            request_key = along.after(len(talk.ids)) if talk.ids else None
            reading = TurnReading(
                format_,
                tuple(new),
                answer,
                response.arrived,
                request_key,
                derive.answer_key(format_, request_key, answer),
            )
            self._describe(turn, exchange, format_, members, who, link, answer, key)
            turn_id = self._stage(turn, exchange, body, request_body, response, talk, answer)
            record = self._writer.commit(Type.COMMIT, turn_id)
            derive.add_turn(self._archive, turn_id, turn, key, record.time_ms, reading)
            self._note(record)
            if "recovered" in exchange.notes:
                self._writer.begin()
                self._note(self._writer.commit(Type.RECOVERED, turn_id))
        finally:
            db.execute("COMMIT")
        self._remember(body, talk)
        return turn_id

    def _link(self, format_: Wire, along: Any, talk: _Conversation, who: Identity) -> Link:
        link = self._linker.find(along, who.session, who.thread)
        if link.parents or not talk.ids or not who.session or who.role.startswith("aux:") or not format_.spawn_tools:
            return link
        prompt = "\n".join(block.text for block in derive.blocks_of(format_, talk.contents[0]) if block.kind == "text")

        def carries(message: bytes, call: str) -> bool:
            content = self._archive.objects.message(message).content
            blocks = derive.blocks_of(format_, content)
            data = next((block.data for block in blocks if block.call_id == call), None)
            asked = data.get("prompt") if isinstance(data, dict) else None
            return isinstance(asked, str) and bool(asked.strip()) and asked in prompt

        return spawned_by(self._archive.index, who.session, format_.spawn_tools, carries)

    def _describe(
        self,
        turn: dict[str, Any],
        exchange: Exchange,
        format_: Wire,
        members: dict[str, bytes],
        who: Identity,
        link: Link,
        answer: Answer,
        key: bytes,
    ) -> None:
        """Fill in what the reading and the links say."""
        thread = who.thread or link.thread
        turn["parents"] = [
            {"turn": each.turn.hex(), "kind": each.kind, "confidence": each.confidence}
            | ({"call": each.call} if each.call else {})
            for each in link.parents
        ]
        turn["notes"] += link.notes
        turn["session"] = who.session or link.session or f"line-{key.hex()[:12]}"
        turn["thread"] = thread
        turn["role"] = "sub" if who.role == "main" and thread else who.role
        turn["client"] = {"name": who.client, "version": who.version, "cwd": who.cwd}
        turn["outcome"] = _outcome(exchange, answer).value
        turn["request"]["known"] = link.known
        turn["reading"] = {
            "wire": format_.name,
            "version": format_.version,
            "model": format_.model(_path(exchange.url), members),
            "served": answer.model,
            "usage": {name: count for name, count in asdict(answer.usage).items() if count is not None},
            "stop": answer.stop_reason,
            "error": answer.error,
            "id": answer.response_id,
        }

    def _stage(
        self,
        turn: dict[str, Any],
        exchange: Exchange,
        body: Body | None,
        request_body: bytes,
        response: _Response,
        talk: _Conversation,
        answer: Answer,
    ) -> bytes:
        """Stage every object of the turn, the turn last."""
        writer = self._writer
        parent = talk.ids[-1] if talk.ids else None
        self._stage_messages(talk)
        writer.body(bytes.fromhex(turn["request"]["body"]), request_body, body.parts if body else (), parent)
        turn["request"] |= {
            "headers": writer.blob(_headers(self._masker.headers(exchange.request_headers))).hex(),
            "tip": parent.hex() if parent else "",
            "count": len(talk.ids),
            "conversation": body.conversation if body else "",
        }
        said = turn["response"]
        said |= {"headers": "", "chunks": "", "answer": ""}
        if exchange.status is not None:
            said["headers"] = writer.blob(_headers(self._masker.headers(exchange.response_headers))).hex()
            source = writer.stream(response.body)
            if exchange.chunks:
                said["chunks"] = writer.times(chunks.encode(response.arrived), source, response.body).hex()
            if (element := _element(answer)) is not None:
                said["answer"] = writer.answer(parent, element, source).hex()
        return writer.json("turn", encode(turn))

    def _stage_messages(self, talk: _Conversation) -> None:
        """Stage the messages that are not stored; whoever stored one has stored all before it."""
        start = len(talk.ids)
        while start and not self._writer.has(talk.ids[start - 1]):
            start -= 1
        for position in range(start, len(talk.ids)):
            parent = talk.ids[position - 1] if position else None
            self._writer.message(talk.ids[position], parent, talk.contents[position])

    def _note(self, record: Record) -> None:
        """The index has the journal's last record."""
        name, size, chain = self._writer.journal_state
        row = (name, size - RECORD_BYTES, int(record.type), record.time_ms, record.object_id)
        self._archive.index.insert("records", row)
        catchup.note_journal(self._archive, name, size, chain)

    def _remember(self, body: Body | None, talk: _Conversation) -> None:
        """Keep the latest body of each conversation to compare the next one with."""
        if body is None or not talk.ids:
            return
        values = {name.encode("utf-8", "replace"): value for name, value in body.members.items()}
        entry = (Known(values, talk.contents, body.first_at), talk.ids)
        others = [each for each in self._known if each[0].contents[0] != talk.contents[0]]
        self._known = [entry, *others][:_CONVERSATIONS_KEPT]

    def put_run(self, payload: dict[str, Any]) -> bytes:
        """Keep a run object; its id goes into the turns of that run."""
        return self._put("run", Type.RUN, dumps(payload))

    def gap(self, reason: str, detail: dict[str, Any]) -> None:
        """Put on record that something could not be kept. ``detail`` is plain JSON without captured text."""
        self._put("blob", Type.GAP, dumps({"reason": reason, **detail}))

    def _put(self, kind: str, type_: Type, payload: bytes) -> bytes:
        self._writer.begin()
        wanted = self._writer.blob(payload) if kind == "blob" else self._writer.json(kind, payload)
        db = self._archive.index.db
        db.execute("BEGIN IMMEDIATE")
        try:
            self._note(self._writer.commit(type_, wanted))
        finally:
            db.execute("COMMIT")
        return wanted


def _response(exchange: Exchange) -> _Response:
    """The response body decoded chunk by chunk, so that each chunk's time keeps its place in the decoded bytes."""
    coding = header(exchange.response_headers, "content-encoding")
    decoder = Decoder(coding, BODY_LIMIT)
    pieces: list[bytes] = []
    times: list[tuple[int, int]] = []
    position = 0
    for chunk in exchange.chunks:
        piece = decoder.feed(exchange.response_body[position : position + chunk.size])
        position += chunk.size
        pieces.append(piece)
        times.append((chunk.at_ms, len(piece)))
    rest = decoder.feed(exchange.response_body[position:]) + decoder.flush()
    if rest:
        pieces.append(rest)
        if times:
            times[-1] = (times[-1][0], times[-1][1] + len(rest))
    if decoder.failed:
        sizes = [(chunk.at_ms, chunk.size) for chunk in exchange.chunks]
        return _Response(exchange.response_body, tuple(sizes), decoder.failed)
    return _Response(b"".join(pieces), tuple(times), "")


def _conversation(body: Body | None, known: tuple[Known, tuple[bytes, ...]] | None) -> _Conversation:
    """Message ids along the body's conversation; those of a known beginning are taken from there."""
    if body is None:
        return _Conversation((), ())
    ids: list[bytes] = []
    contents = tuple(element.content for element in body.elements)
    shared = known is not None
    parent: bytes | None = None
    for index, content in enumerate(contents):
        if shared and known is not None:
            shared = index < len(known[1]) and known[0].contents[index] == content
        if shared and known is not None:
            parent = known[1][index]
        else:
            parent = object_id("message", message_payload(parent, content))
        ids.append(parent)
    return _Conversation(tuple(ids), contents)


def _element(answer: Answer) -> bytes | None:
    """The answer as a message element; none where there is no answer, or one that is nested too deep to write."""
    try:
        return None if answer.message is None else dumps(answer.message)
    except ValueError:
        return None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _outcome(exchange: Exchange, answer: Answer) -> Outcome:
    """How it ended: a stream is judged by its terminal event, not by how the connection ended."""
    cut = (Outcome.INTERRUPTED, Outcome.CLIENT_ABORTED, Outcome.UPSTREAM_ERROR)
    if exchange.status is None and exchange.outcome == Outcome.COMPLETE:
        return Outcome.NO_RESPONSE
    if exchange.outcome in cut and answer.terminal:
        return Outcome.COMPLETE
    if exchange.outcome == Outcome.COMPLETE and not answer.terminal and exchange.status == 200:
        return Outcome.INTERRUPTED
    return exchange.outcome


def _provider_id(headers: Headers) -> str:
    """The id that the provider gave the request, or ``""``."""
    return next((found for name in ("request-id", "x-request-id") if (found := header(headers, name))), "")


def _headers(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The headers blob: a JSON list of [name, value]; bytes over 127 are told as Latin-1 (RFC 9110, 5.5)."""
    return dumps([[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers])
