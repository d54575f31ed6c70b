"""Taking in what another archive has, under the same ids: objects first, then the record that makes them count.

Whoever sends is not trusted. Every object is checked against its id, everything that it needs has to have come before
it, and a turn is taken only whole: so what was taken in is as sound as what was recorded here. Objects wait in memory
for their record, at most as much as one commit can hold.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from store import body, chunks
from store.archive import Archive
from store.errors import Damaged
from store.ids import MAX_OBJECT, object_id
from store.journal import COMMITS, OBJECT_KINDS, Type
from store.named import named_by
from store.objects import MessageParts
from store.parts import Chain, Cut, Element, Large, Literal, Part
from store.purged import purged_by
from store.record import Recorder
from store.records import RecipePart, Shared, Talk, message_payload
from store.turn import parse, parts_of
from store.writer import Writer

TAKEN: Final = frozenset(OBJECT_KINDS) - {Type.PURGE}
"""Types of records that are taken in: a deletion here is nobody else's to declare."""

T = TypeVar("T")

_OVERHEAD: Final = 500  # bytes that an object takes besides its payload, about
_OWN_KINDS: Final = ("turn", "run", "note")


class Hurt(Damaged):
    """The archive that takes in cannot read what it has itself; nothing is wrong with what was sent."""


class _Waiting(NamedTuple):
    """An object that waits for its record. ``payload`` is a message's content."""

    kind: str
    payload: bytes
    stage: Callable[[Writer], None]
    message: MessageParts | None = None


class Receiver:
    """Takes objects and records in, in the order in which they were sent. Everything raises `Damaged` or `OSError`.

    ``restored`` tells whether something came back that the archive had lost: its index is then to be made again.
    """

    def __init__(self, archive: Archive, recorder: Recorder) -> None:
        self.restored = False
        self._archive = archive
        self._recorder = recorder
        self._waiting: dict[bytes, _Waiting] = {}
        self._bytes = 0
        self._line = _Line(self._message)

    def blob(self, wanted: bytes, payload: bytes) -> None:
        """A blob as it is."""
        self._check("blob", wanted, payload)

        def stage(writer: Writer) -> None:
            writer.stream(wanted, payload)

        self._keep(wanted, _Waiting("blob", payload, stage))

    def times(self, wanted: bytes, arrived: Sequence[tuple[int, int]], source: bytes) -> None:
        """The chunk times (ms, decoded bytes) of the response body ``source``."""
        stream, payload = self._blob(source), chunks.encode(arrived)
        self._check("blob", wanted, payload)

        def stage(writer: Writer) -> None:
            writer.times(payload, source, stream)

        self._keep(wanted, _Waiting("blob", payload, stage))

    def recipe(self, wanted: bytes, recipe: Sequence[RecipePart]) -> None:
        """A blob that is made of others and of messages."""
        parts, tip, room = [], None, MAX_OBJECT
        for each in recipe:
            part = self._part(each, room)
            if isinstance(each, Talk):
                if tip is not None:
                    raise Damaged("two conversations in one body", where=wanted.hex())
                tip = each.tip
            parts.append(part)
            room -= _length(part)
            if room < 0:
                raise Damaged("parts that give more than any object has", where=wanted.hex())
        payload = body.join(parts)
        self._check("blob", wanted, payload)
        self._keep(wanted, _Waiting("blob", payload, lambda writer: writer.body(wanted, payload, parts, tip)))

    def message(self, wanted: bytes, parts: MessageParts) -> None:
        """A message; its parent, and the blob it was rebuilt from, came before it."""
        parent, content, source = parts
        self._check("message", wanted, message_payload(parent, content, source))
        for kind, named in (("message", parent), ("blob", source)):
            if named is not None:
                self._need(kind, named)

        def stage(writer: Writer) -> None:
            if source is None:
                writer.message(wanted, parent, content)
            else:
                writer.answer(parent, content, source)

        self._keep(wanted, _Waiting("message", content, stage, parts))

    def json(self, kind: str, wanted: bytes, payload: bytes) -> None:
        """A turn, run or note."""
        if kind not in _OWN_KINDS:
            raise Damaged(f"there is no kind of object {kind[:20]!r}")
        self._check(kind, wanted, payload)
        for what, named in named_by(kind, payload):
            if named not in self._waiting and self._archive.index.locate(named) is None:
                raise Damaged(f"its {what} {named.hex()} was not sent before it", where=f"{kind} {wanted.hex()}")

        def stage(writer: Writer) -> None:
            writer.json(kind, payload)

        self._keep(wanted, _Waiting(kind, payload, stage))

    def record(self, type_: Type, wanted: bytes) -> bool:
        """The record that makes what came before it count; false where the archive has it already.

        Where it has the record, but has lost something of what came before it, that is taken in once more: an export
        gives a damaged archive back what it held.
        """
        if type_ not in TAKEN:
            raise Damaged(f"records of type {type_.name.lower()} are not taken from elsewhere")
        is_on_record = self._is_on_record(type_, wanted)
        known = is_on_record and not self._is_any_lost()
        if not known:
            self.restored |= is_on_record
            self._need(OBJECT_KINDS[type_], wanted)
            if type_ in COMMITS:
                self._check_turn(wanted)
            waiting = dict(self._waiting)
            self._recorder.take_over(type_, wanted, lambda writer: _stage(writer, waiting))
        self._waiting.clear()
        self._bytes = 0
        return not known

    def _is_on_record(self, type_: Type, wanted: bytes) -> bool:
        row = self._archive.index.db.execute(
            "SELECT 1 FROM records WHERE type = ? AND object = ?", (int(type_), wanted)
        ).fetchone()
        return row is not None

    def _is_any_lost(self) -> bool:
        """Whether something that waits is in no pack, though nobody deleted it on purpose."""
        index = self._archive.index
        absent = [wanted for wanted in self._waiting if index.locate(wanted) is None]
        return bool(absent) and not purged_by(self._archive).issuperset(absent)

    def _check(self, kind: str, wanted: bytes, payload: bytes) -> None:
        if len(payload) > MAX_OBJECT or object_id(kind, payload) != wanted:
            raise Damaged("what was sent does not give the object's id", where=f"{kind} {wanted.hex()}")

    def _keep(self, wanted: bytes, waiting: _Waiting) -> None:
        self._bytes += len(waiting.payload) + _OVERHEAD
        if self._bytes > MAX_OBJECT:
            raise Damaged("more objects before a record than a commit can hold", where=wanted.hex())
        self._waiting[wanted] = waiting

    def _need(self, kind: str, wanted: bytes) -> None:
        waiting = self._waiting.get(wanted)
        place = None if waiting else self._archive.index.locate(wanted)
        found = waiting or place
        if found is None:
            raise Damaged("an object that is needed was not sent before what needs it", where=f"{kind} {wanted.hex()}")
        if found.kind != kind:
            raise Damaged(f"a {found.kind} stands where a {kind} is needed", where=wanted.hex())

    def _blob(self, wanted: bytes) -> bytes:
        self._need("blob", wanted)
        waiting = self._waiting.get(wanted)
        return waiting.payload if waiting else _own(self._archive.objects.part, wanted)

    def _message(self, wanted: bytes) -> MessageParts:
        self._need("message", wanted)
        waiting = self._waiting.get(wanted)
        return waiting.message if waiting and waiting.message else _own(self._archive.objects.message, wanted)

    def _part(self, part: RecipePart, room: int) -> Part:
        match part:
            case bytes():
                return Literal(part)
            case Shared():
                return Large(self._blob(part.id))
            case Talk():
                return self._talk(part, room)

    def _talk(self, talk: Talk, room: int) -> Chain:
        contents = self._line.contents(talk.tip, talk.length)
        if len(talk.separator) * talk.length > room:
            raise Damaged("a conversation is longer than any object", where=talk.tip.hex())
        elements = [Element(content) for content in contents]
        last = -1
        for from_end, cuts in talk.cuts:
            place = talk.length - from_end
            if not last < place < talk.length:
                raise Damaged("a cut lies outside its conversation", where=talk.tip.hex())
            last = place
            elements[place] = Element(elements[place].content, tuple(Cut(*cut) for cut in cuts))
        return Chain(tuple(elements), talk.separator)

    def _check_turn(self, wanted: bytes) -> None:
        """A turn has its shape, and everything that it is made of is there; its parents may be elsewhere."""
        waiting = self._waiting.get(wanted)
        turn = parse(waiting.payload if waiting else _own(self._archive.get, wanted).payload)
        for _what, kind, part in parts_of(turn):
            self._need(kind, part)
        request = turn["request"]
        length = self._line.length(bytes.fromhex(request["tip"])) if request["tip"] else 0
        if length != request["count"] or request["known"] > length:
            raise Damaged("a turn's conversation is not as long as it says", where=wanted.hex())


class _Line:
    """The conversation that was asked for last: the next one most often goes on from it."""

    def __init__(self, read: Callable[[bytes], MessageParts]) -> None:
        self._read = read
        self._ids: list[bytes] = []
        self._contents: list[bytes] = []
        self._places: dict[bytes, int] = {}

    def contents(self, tip: bytes, count: int) -> list[bytes]:
        """Contents of the last ``count`` messages up to ``tip``, oldest first. Raises `Damaged` if fewer."""
        if self.length(tip) < count:
            raise Damaged("a conversation is shorter than a body says", where=tip.hex())
        return self._contents[len(self._contents) - count :]

    def length(self, tip: bytes) -> int:
        """How many messages lead up to ``tip``, it included; the line ends with it afterwards."""
        new: list[tuple[bytes, bytes]] = []
        current: bytes | None = tip
        while current is not None and current not in self._places:
            parts = self._read(current)
            new.append((current, parts.content))
            current = parts.parent
        kept = self._places[current] + 1 if current is not None else 0
        for message in self._ids[kept:]:
            del self._places[message]
        del self._ids[kept:], self._contents[kept:]
        for message, content in reversed(new):
            self._places[message] = len(self._ids)
            self._ids.append(message)
            self._contents.append(content)
        return len(self._ids)


def _own(read: Callable[[bytes], T], wanted: bytes) -> T:
    try:
        return read(wanted)
    except Damaged as error:
        raise Hurt(str(error), error.where) from error


def _length(part: Part) -> int:
    if not isinstance(part, Chain):
        return len(part.data)
    each = sum(len(element.content) + sum(len(cut.data) for cut in element.cuts) for element in part.elements)
    return each + len(part.separator) * len(part.elements)


def _stage(writer: Writer, waiting: dict[bytes, _Waiting]) -> None:
    for wanted, each in waiting.items():
        if not writer.has(wanted):
            each.stage(writer)
