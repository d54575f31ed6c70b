"""Lines taken into an archive: every object is checked against its id, and nothing is there twice.

What stands before a line that cannot be read is kept; `store.receive` says what is checked.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from deck.diagnostics import DAMAGED, Problem
from deck.importing import Imported
from deck.jsonl import form
from deck.launch.tally import Tally
from store.archive import Archive
from store.errors import Damaged, StoreError
from store.journal import COMMITS, Type
from store.objects import MessageParts
from store.receive import Hurt, Receiver
from store.record import Recorder

_REPAIR = "`deck fsck --repair` finds out what is lost; what this file holds of it comes back if it is imported again."
_FIRST = 4096  # bytes in which the first line ends


def is_export(file: Path) -> bool:
    """Whether a file begins like one that `deck export --format jsonl` wrote."""
    try:
        with file.open("rb") as lines:
            return form.MARK in form.decode(lines.readline(_FIRST))
    except (OSError, Damaged):
        return False


def import_lines(file: Path, archive: Path, progress: Callable[[Tally], None]) -> Imported:
    """Take a file in; ``progress`` gets the counts so far with each turn. Raises `Problem` and `OSError`."""
    with file.open("rb") as lines, Archive.open(archive) as opened:
        with Recorder(opened) as recorder:
            receiver = Receiver(opened, recorder)
            imported = _imported(_Reading(receiver), lines, progress)
        if receiver.restored:
            opened.reindex()
    return imported


def _imported(reading: "_Reading", lines: BinaryIO, progress: Callable[[Tally], None]) -> Imported:
    try:
        for tally in reading.take(lines):
            progress(tally)
    except Hurt as error:
        raise Problem(f"the archive has lost what it had: {error}", _REPAIR, DAMAGED) from error
    except StoreError as error:
        return Imported(reading.tally, f"line {reading.line:,}: {error}{_where(error)}")
    return Imported(reading.tally, "")


def _where(error: StoreError) -> str:
    where = error.where if isinstance(error, Damaged) else ""
    return f" ({where})" if where else ""


class _Reading:
    """One file on its way in; ``line`` is the number of the one at hand."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.line = 0
        self.tally = Tally()
        self._turns: set[bytes] = set()

    def take(self, lines: BinaryIO) -> Iterator[Tally]:
        """Take in all lines; the counts after each turn. Raises what `Receiver` raises, and `Problem`."""
        every = self._decoded(lines)
        first = next(every, {})
        if form.MARK not in first:
            raise Damaged("it is no export of deck")
        if first[form.MARK] != form.VERSION:
            raise Problem(
                f"the file has version {str(first[form.MARK])[:20]} of the format, and this deck reads {form.VERSION}",
                "A newer deck reads it.",
            )
        for line in every:
            if "end" in line:
                break
            if "record" in line:
                yield from self._record(line)
            else:
                self._object(line)
        else:
            self.line += 1
            raise Damaged("the file was cut short: its last line is missing")
        if next(every, None) is not None:
            raise Damaged("something follows the last line")

    def _decoded(self, lines: BinaryIO) -> Iterator[dict[str, Any]]:
        while data := lines.readline(form.LONGEST):
            self.line += 1
            if not data.endswith(b"\n") and len(data) == form.LONGEST:
                raise Damaged("a line longer than any object")
            yield form.decode(data)

    def _record(self, line: form.Line) -> Iterator[Tally]:
        name = form.text(line, "record")
        try:
            type_ = Type[name.upper()]
        except KeyError as error:
            raise Damaged(f"there are no records of type {name[:20]!r}") from error
        wanted = form.id_of(line, "id")
        is_new = self._receiver.record(type_, wanted)
        if type_ in COMMITS and wanted not in self._turns:
            self._turns.add(wanted)
            self._count(is_new, wanted.hex())
            yield self.tally

    def _count(self, is_new: bool, turn: str) -> None:
        turns, known = self.tally.turns + is_new, self.tally.known + (not is_new)
        self.tally = Tally(turns=turns, known=known, requests=turns + known, last=turn)

    def _object(self, line: form.Line) -> None:
        kind, wanted, receiver = form.text(line, "kind"), form.id_of(line, "id"), self._receiver
        if kind == "message":
            parent = None if line.get("parent") is None else form.id_of(line, "parent")
            source = form.id_of(line, "rebuilt_from") if "rebuilt_from" in line else None
            receiver.message(wanted, MessageParts(parent, form.payload(line), source))
        elif kind != "blob":
            receiver.json(kind, wanted, form.payload(line))
        elif "parts" in line:
            receiver.recipe(wanted, list(form.recipe(line)))
        elif "arrived" in line:
            receiver.times(wanted, list(_pairs(line)), form.id_of(line, "of"))
        else:
            receiver.blob(wanted, form.payload(line))


def _pairs(line: form.Line) -> Iterator[tuple[int, int]]:
    arrived = line["arrived"]
    if not isinstance(arrived, list):
        raise Damaged("arrived is no list")
    for pair in arrived:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(n) is int and 0 <= n < 1 << 53 for n in pair):
            raise Damaged("arrived holds what is no pair of numbers")
        yield pair[0], pair[1]
