"""What earlier turns said, loosely, read when it is asked for. Damage to one costs at most an edge."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from store import loose, wire
from store.canonical import loads
from store.errors import StoreError
from store.link_turns import Earlier
from store.loose import Atom
from store.reading import Block
from store.turn import parse

if TYPE_CHECKING:
    from store.archive import Archive

_MESSAGES_KEPT: Final = 1024
_UNREADABLE: Final = Atom("", "unreadable", "")  # equals nothing that was ever said


class Said:
    """One earlier turn: its conversation's message ids, what they say, and the answer."""

    def __init__(self, reader: "Reader", turn: Earlier) -> None:
        self.turn = turn
        self._reader = reader

    @cached_property
    def _payload(self) -> dict[str, Any]:
        return parse(self._reader.archive.get_kind(self.turn.id, "turn"))

    @cached_property
    def ids(self) -> Sequence[bytes]:
        """Messages of the request, oldest first; none where they cannot be read."""
        try:
            tip = self._payload["request"]["tip"]
            return self._reader.archive.objects.chain(bytes.fromhex(tip)) if tip else ()
        except StoreError:
            return ()

    @cached_property
    def request(self) -> list[Atom]:
        """What the request says."""
        try:
            name = self._payload["reading"]["wire"]
            return loose.joined([self._reader.atoms(name, each) for each in self.ids]) or [_UNREADABLE]
        except StoreError:
            return [_UNREADABLE]

    @cached_property
    def answer(self) -> list[Atom]:
        """What the answer says."""
        try:
            answer = self._payload["response"]["answer"]
            if not answer:
                return []
            message = loads(self._reader.archive.objects.message(bytes.fromhex(answer)).content)
        except StoreError:
            return []
        form = wire.by_name(self._payload["reading"]["wire"])
        elements = form.echo(message) if isinstance(message, dict) else ()
        return loose.joined(loose.atoms_of(form.request_blocks(element)) for element in elements)

    def ends_with_answer(self, count: int) -> bool:
        """Whether the last of the first ``count`` messages is the model's."""
        try:
            blocks = self._reader.blocks(self._payload["reading"]["wire"], self.ids[count - 1])
        except StoreError:
            return True
        return any(block.role == "assistant" for block in blocks)


class Reader:
    """Reads turns of an archive; conversations share most of their messages, which are kept."""

    def __init__(self, archive: "Archive") -> None:
        self.archive = archive
        self.atoms = lru_cache(_MESSAGES_KEPT)(self._atoms)

    def read(self, turns: Sequence[Earlier]) -> list[Said]:
        """The turns, to be looked at."""
        return [Said(self, turn) for turn in turns]

    def _atoms(self, name: str, message: bytes) -> tuple[Atom, ...]:
        return loose.atoms_of(self.blocks(name, message))

    def blocks(self, name: str, message: bytes) -> tuple[Block, ...]:
        """Blocks of a message, read by the wire format called ``name``."""
        return wire.blocks_of(wire.by_name(name), self.archive.objects.message(message).content)
