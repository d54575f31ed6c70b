"""What people put beside turns: notes, stars and tags. All three are `note` objects that a journal record names:

    {"target": <id>, "step": <number, 0 for all of it>, "time": <Unix ms>, "author": …, "text": …,
     "tags": [<words>], "ref": <"tags/NAME" or "">, "replaces": <id of a note or "">}

A star is a note with the tag word ``star``; a tag is a note with a ``ref``. An object cannot change, so one that
``replaces`` another takes its place, and one that says nothing (no text, no tag words, no ref) takes the other back.
What counts is what none replaces. That depends on no clock and no order, so it is the same in every copy of an archive.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from store.canonical import dumps, loads
from store.errors import Damaged, NotFound, StoreError
from store.ids import from_hex, object_id
from store.ref_names import is_name

if TYPE_CHECKING:
    from store.archive import Archive

STAR: Final = "star"
TAG: Final = "tags/"
_LARGEST: Final = 1 << 53  # of any number: what JSON readers agree on
_COLUMNS: Final = ("note", "target", "step", "time_ms", "author", "text", "tags", "ref", "replaces")
_CURRENT: Final = (
    f"SELECT {', '.join(f'n.{name}' for name in _COLUMNS)} FROM notes n"
    " WHERE NOT EXISTS (SELECT 1 FROM notes later WHERE later.replaces = n.note)"
)


class Note(NamedTuple):
    """A note, star or tag. Ids are 64 hex digits; ``id`` is empty until it is stored. Text is as it was written."""

    target: str
    step: int = 0  # 1-based; 0 where all of the target is meant
    time_ms: int = 0
    author: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    ref: str = ""
    replaces: str = ""
    id: str = ""

    @property
    def is_star(self) -> bool:
        """Whether it marks its target with a star."""
        return STAR in self.tags

    @property
    def says_nothing(self) -> bool:
        """Whether it only takes back what it replaces."""
        return not (self.text or self.tags or self.ref)

    @property
    def name(self) -> str:
        """The name of a tag."""
        return self.ref.removeprefix(TAG)


def encode(note: Note) -> bytes:
    """The payload of the note's object."""
    members = note._asdict()
    del members["id"]
    members["time"] = members.pop("time_ms")
    return dumps(members)


def parse(payload: bytes) -> Note:
    """The note in a payload. Raises `Damaged` where it is none; members that are missing are empty."""
    value = loads(payload)
    try:
        note = Note(
            target=from_hex(value["target"]).hex(),
            step=_number(value.get("step", 0)),
            time_ms=_number(value["time"]),
            author=_text(value["author"]),
            text=_text(value["text"]),
            tags=tuple(map(_text, value["tags"])),
            ref=_ref(_text(value.get("ref", ""))),
            replaces=from_hex(value["replaces"]).hex() if value.get("replaces") else "",
            id=object_id("note", payload).hex(),
        )
    except (AttributeError, KeyError, TypeError, ValueError, StoreError) as error:
        raise Damaged("a note that makes no sense") from error
    return note


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _ref(ref: str) -> str:
    if ref and not (ref.startswith(TAG) and is_name(ref.removeprefix(TAG))):
        raise ValueError(ref)
    return ref


def apply(archive: "Archive", payload: bytes, _recorded_ms: int) -> None:
    """Put a note into the index. The caller holds the transaction. Raises `Damaged` where it makes no sense."""
    note = parse(payload)
    replaces = bytes.fromhex(note.replaces) or None
    said = (note.step, note.time_ms, note.author, note.text, dumps(note.tags).decode(), note.ref, replaces)
    archive.index.insert("notes", (bytes.fromhex(note.id), bytes.fromhex(note.target), *said))


def of(archive: "Archive", target: bytes) -> list[Note]:
    """Notes and stars of an object, the oldest first."""
    return list(_current(archive, "n.target = ? AND n.ref = ''", (target,)))


def listed(archive: "Archive") -> list[Note]:
    """All notes and stars, the oldest first."""
    return list(_current(archive, "n.ref = ''", ()))


def tags(archive: "Archive") -> list[Note]:
    """All tags by name, one of each; where two archives were put together, the newest."""
    newest = {note.name: note for note in _current(archive, "n.ref <> ''", ())}
    return [newest[name] for name in sorted(newest)]


def tagged(archive: "Archive", name: str) -> list[Note]:
    """What a tag names, the newest last: one note or none, several where archives were put together."""
    return list(_current(archive, "n.ref = ?", (TAG + name,)))


def find(archive: "Archive", id: bytes) -> Note:
    """A note that counts. Raises `NotFound`."""
    found = next(_current(archive, "n.note = ?", (id,)), None)
    if found is None:
        raise NotFound(f"{id.hex()} is no note, or one that was replaced")
    return found


def _current(archive: "Archive", where: str, values: Sequence[object]) -> Iterator[Note]:
    rows = archive.index.db.execute(f"{_CURRENT} AND {where} ORDER BY n.time_ms, n.note", values).fetchall()
    for note, target, step, time_ms, author, text, words, ref, replaces in rows:
        old = replaces.hex() if replaces else ""
        found = Note(target.hex(), step, time_ms, author, text, tuple(loads(words)), ref, old, note.hex())
        if not found.says_nothing:
            yield found
