"""Checking objects: each one's id, and that what it names is there."""

from collections.abc import Iterable
from typing import Any

from store.archive import Archive
from store.errors import Cyclic, Damaged, Missing
from store.fsck_report import Progress, Report
from store.journal import NO_OBJECT, OBJECT_KINDS, Record
from store.named import named_by
from store.turn import parse, parts_of

_EVERY = 1000


class ObjectCheck:
    """Reads every object of an archive once. ``archive`` has a fresh index, which is trusted."""

    def __init__(self, archive: Archive, report: Report, purged: frozenset[bytes]) -> None:
        self._archive = archive
        self._report = report
        self._purged = purged
        self._gone: set[bytes] = set()  # purged objects that something names
        self._bad: dict[bytes, tuple[str, str]] = {}  # objects that cannot be given though they are there: kind, why
        self._lengths: dict[bytes, int] = {}  # of the conversation that ends with a message; -1 where it breaks off

    def check(self, progress: Progress) -> None:
        """Check every object, then what turns need of each other and of their parts."""
        rows = self._archive.index.db.execute("SELECT DISTINCT id, kind FROM objects ORDER BY pack, place").fetchall()
        self._report.objects = len(rows)
        for done, (wanted, kind) in enumerate(rows):
            if done % _EVERY == 0:
                progress("objects", done, len(rows))
            self._check_object(wanted, kind)
        turns = [wanted for wanted, kind in rows if kind == "turn"]
        for done, turn in enumerate(turns):
            if done % _EVERY == 0:
                progress("turns", done, len(turns))
            self._check_turn(turn)
        self._report.purged = len(self._gone)

    def state(self, wanted: bytes) -> str:
        """Why an object cannot be given; empty for one that is sound, and for one that was purged."""
        if wanted in self._bad:
            return self._bad[wanted][1]
        if self._is_there(wanted):
            return ""
        if wanted in self._purged:
            self._gone.add(wanted)
            return ""
        return "it is not in the archive"

    def _is_there(self, wanted: bytes) -> bool:
        """Whether an object is in the archive; a living writer may have put it there since the last look."""
        index = self._archive.index
        return index.locate(wanted) is not None or (self._archive.refresh() and index.locate(wanted) is not None)

    def check_records(self, records: Iterable[tuple[str, Record]]) -> None:
        """Check that the journals' objects are there and of the right kind."""
        turns: set[bytes] = set()
        lost: set[bytes] = set()
        for where, record in records:
            wanted, kind = record.object_id, OBJECT_KINDS.get(record.type)
            if wanted == NO_OBJECT or wanted in turns:
                continue
            why = self.state(wanted)
            if why:
                self._add_lost(where, f"object {wanted.hex()}", wanted, why)
            place = self._archive.index.locate(wanted)
            if place is not None and kind is not None and place.kind != kind:
                self._report.add("broken-journal", where, f"it is about a {kind}, and names a {place.kind}")
            if kind == "turn" and place is not None:
                turns.add(wanted)
            elif kind == "turn" and why:
                lost.add(wanted)
        self._report.turns = len(turns)
        self._report.lost_turns = len(lost)
        self._report.purged = len(self._gone)

    def _check_object(self, wanted: bytes, kind: str) -> None:
        where = f"{kind} {wanted.hex()}"
        try:
            payload = self._archive.get(wanted).payload
            self._report.content_bytes += len(payload)
        except Missing as error:
            lost = bytes.fromhex(error.where)
            if lost in self._purged:
                self._gone.add(lost)
            elif lost != wanted and self._is_there(lost):
                self._check_object(wanted, kind)
            else:
                self._add_bad("missing-object", where, wanted, error)
        except Cyclic as error:
            self._add_bad("cycle", where, wanted, error)
        except Damaged as error:
            self._add_bad("damaged-object", where, wanted, error)
        else:
            self._check_named(where, kind, payload)

    def _check_named(self, where: str, kind: str, payload: bytes) -> None:
        try:
            named = list(named_by(kind, payload))
        except Damaged as error:
            self._report.add("bad-note", where, str(error))
            return
        for what, wanted in named:
            self._need(where, what, wanted)

    def _add_bad(self, kind: str, where: str, wanted: bytes, error: Damaged) -> None:
        self._bad[wanted] = kind, str(error)
        self._report.add(kind, where, str(error))

    def _check_turn(self, turn: bytes) -> None:
        if turn in self._bad:
            return
        where = f"turn {turn.hex()}"
        try:
            said = parse(self._archive.get(turn).payload)
            parents = [bytes.fromhex(parent["turn"]) for parent in said["parents"]]
            parts = list(parts_of(said))
            tip, count = said["request"]["tip"], said["request"]["count"]
        except Damaged as error:
            self._report.add("bad-turn", where, str(error))
            return
        for parent in parents:
            if why := self.state(parent):
                self._report.add("dangling-parent", where, f"its parent {parent.hex()}: {why}")
        for what, kind, wanted in parts:
            if self._need(where, what, wanted):
                place = self._archive.index.locate(wanted)
                if place is not None and place.kind != kind:
                    self._report.add("bad-turn", where, f"its {what} is a {place.kind}, not a {kind}")
        if tip and not self.state(bytes.fromhex(tip)):
            self._check_conversation(where, bytes.fromhex(tip), count)

    def _need(self, where: str, what: str, wanted: bytes) -> bool:
        why = self.state(wanted)
        if why:
            self._add_lost(where, f"its {what} {wanted.hex()}", wanted, why)
        return not why

    def _add_lost(self, where: str, what: str, wanted: bytes, why: str) -> None:
        kind, _why = self._bad.get(wanted, ("missing-object", why))
        self._report.add(kind, where, f"{what}: {why}")

    def _check_conversation(self, where: str, tip: bytes, count: Any) -> None:
        """The chain of messages leads to its beginning, and is as long as the turn says."""
        line: list[bytes] = []
        current: bytes | None = tip
        while current is not None and current not in self._lengths:
            line.append(current)
            try:
                current = self._archive.objects.message(current).parent
            except Damaged:
                self._lengths[line.pop()] = -1
                break
        length = self._lengths.get(current, 0) if current is not None else 0
        for message in reversed(line):
            length = length + 1 if length >= 0 else -1
            self._lengths[message] = length
        length = self._lengths[tip]
        if length < 0:
            gone = current is not None and current in self._purged
            if not gone:
                self._report.add("missing-object", where, "its conversation cannot be followed to its beginning")
        elif length != count:
            self._report.add("bad-turn", where, f"its conversation has {length} messages, not {str(count)[:20]}")
