"""Objects and records as lines: everything that a record needs stands before it, and each object once."""

from collections.abc import Iterable, Iterator
from typing import Any

from deck.jsonl import form
from deck.jsonl.closure import Entry
from store import chunks
from store.archive import Archive
from store.errors import Damaged
from store.journal import COMMITS, OBJECT_KINDS
from store.named import named_by
from store.records import Shared, Talk
from store.turn import parse


def written(archive: Archive, entries: Iterable[Entry], *, redacted: bool) -> Iterator[bytes]:
    """The lines of a file that holds these records. Raises `Damaged` where an object cannot be given."""
    yield form.encode({form.MARK: form.VERSION, "redacted": redacted})
    writer = _Writer(archive)
    records = 0
    for entry in entries:
        yield from map(form.encode, writer.objects(entry))
        yield form.encode({"record": entry.type.name.lower(), "id": entry.id.hex()})
        records += 1
    yield form.encode({"end": form.VERSION, "objects": writer.count, "records": records})


class _Writer:
    """Writes objects of one archive, none of them twice."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._written: set[bytes] = set()

    @property
    def count(self) -> int:
        return len(self._written)

    def objects(self, entry: Entry) -> Iterator[form.Line]:
        """What the record needs that was not written yet, and its own object last."""
        if entry.type in COMMITS:
            yield from self._turn(entry.id)
        elif entry.payload is not None:
            yield from self._plain("blob", entry.id, entry.payload)
        elif OBJECT_KINDS[entry.type] == "blob":
            yield from self._blob(entry.id)
        else:
            yield from self._any(entry.id)

    def _any(self, wanted: bytes) -> Iterator[form.Line]:
        """An object of whatever kind, after those that it names."""
        if wanted in self._written:
            return
        kind, payload = self._archive.get(wanted)
        if kind == "turn":
            yield from self._turn(wanted)
        elif kind == "message":
            yield from self._messages(wanted)
        elif kind == "blob":
            yield from self._blob(wanted)
        else:
            for _what, named in named_by(kind, payload):
                yield from self._any(named)
            yield from self._plain(kind, wanted, payload)

    def _turn(self, wanted: bytes) -> Iterator[form.Line]:
        if wanted in self._written:
            return
        payload = self._archive.get_kind(wanted, "turn")
        turn = parse(payload)
        request, response = turn["request"], turn["response"]
        if turn["run"]:
            yield from self._any(bytes.fromhex(turn["run"]))
        for name in (request["headers"], request["body"], response["headers"], response["body"]):
            if name:
                yield from self._blob(bytes.fromhex(name))
        if response["chunks"]:
            yield from self._times(bytes.fromhex(response["chunks"]), bytes.fromhex(response["body"]))
        for name in (request["tip"], response["answer"]):
            if name:
                yield from self._messages(bytes.fromhex(name))
        yield from self._plain("turn", wanted, payload)

    def _messages(self, tip: bytes) -> Iterator[form.Line]:
        """A message after those before it that were not written yet."""
        new: list[bytes] = []
        current: bytes | None = tip
        while current is not None and current not in self._written:
            new.append(current)
            current = self._archive.objects.message(current).parent
        for wanted in reversed(new):
            parent, content, source = self._archive.objects.message(wanted)
            if source is not None:
                yield from self._blob(source)
            line: dict[str, Any] = {"kind": "message", "id": wanted.hex(), "parent": parent.hex() if parent else None}
            if source is not None:
                line["rebuilt_from"] = source.hex()
            self._written.add(wanted)
            yield line | form.content(content, readable=True)

    def _blob(self, wanted: bytes) -> Iterator[form.Line]:
        if wanted in self._written:
            return
        payload = self._archive.get_kind(wanted, "blob")  # also where parts are written: what is given is verified
        recipe = self._archive.objects.recipe(wanted)
        for part in recipe:
            if isinstance(part, Shared):
                yield from self._blob(part.id)
            elif isinstance(part, Talk):
                yield from self._messages(part.tip)
        if recipe:
            self._written.add(wanted)
            yield {"kind": "blob", "id": wanted.hex(), "parts": form.parts(recipe)}
        else:
            yield from self._plain("blob", wanted, payload)

    def _times(self, wanted: bytes, source: bytes) -> Iterator[form.Line]:
        if wanted in self._written:
            return
        payload = self._archive.get_kind(wanted, "blob")
        try:
            arrived = [list(each) for each in chunks.decode(payload)]
            same = chunks.encode((at_ms, size) for at_ms, size in arrived) == payload
        except Damaged:
            same = False
        if same:
            self._written.add(wanted)
            yield {"kind": "blob", "id": wanted.hex(), "arrived": arrived, "of": source.hex()}
        else:
            yield from self._plain("blob", wanted, payload)

    def _plain(self, kind: str, wanted: bytes, payload: bytes) -> Iterator[form.Line]:
        if wanted not in self._written:
            self._written.add(wanted)
            yield {"kind": kind, "id": wanted.hex(), **form.content(payload, readable=kind != "blob")}
