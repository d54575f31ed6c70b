"""The read model: the one way in which the TUI, the commands and the exports see an archive.

Values are those of `deck.views`; sessions are named by their key, turns and objects by 64 hex digits. Lists come from
the index (`deck.timeline_rows`) and cost what they return; full turns are read from their objects
(`deck.timeline_turns`). Calls raise what `store.errors` lists. A `Timeline` is used from one thread at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from deck import diagnostics, revs
from deck.presence import Presence
from deck.progress import Progress
from deck.revs import Target
from deck.timeline_beside import beside, changes, session_tags
from deck.timeline_names import ArchiveNames
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from deck.views import Beside, Hit, Piece, SessionView, Step, StepRow, TurnRow, TurnView
from store.archive import Archive
from store.errors import NotFound, NotRecovered
from store.ids import from_hex
from store.objects import Object

if TYPE_CHECKING:
    from deck.compare.values import SessionDiff, TurnDiff
    from deck.context.values import Composition
    from deck.cost.turns import TurnCosts
    from deck.masked_places import MaskedPlace
    from deck.search.searcher import Searcher
    from store.ledger import Ledger
    from store.notes import Note


class Timeline:
    """An archive, opened for looking. A context manager."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.rows = Rows(archive)
        self._turns = Turns(archive, self.rows)
        self._names = ArchiveNames(archive)
        self._newest = self._names.newest()
        self._costs: TurnCosts | None = None
        self._presence = Presence(archive.path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the archive in ``path``; what a dead recorder left in its spool becomes turns first.

        Where the index has to be made again, a terminal is shown how far that has come.
        """
        with Progress() as progress:
            archive = Archive.open(path, show=progress.show)
        _recover(archive)
        return cls(archive)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the files back; idempotent."""
        if "_finder" in self.__dict__:
            self._finder.close()
        self.archive.close()

    def refresh(self) -> bool:
        """Take in what was recorded since; whether there are new turns. Cheap. Raises `NotAnArchive` if it is gone."""
        self._presence.check()
        self.archive.refresh()
        before, self._newest = self._newest, self._names.newest()
        return self._newest != before

    def sessions(self) -> list[SessionView]:
        """Every session, live ones first, then the one with the newest activity."""
        return self.rows.sessions()

    def lost_turns(self) -> str:
        """A sentence about turns that were recorded and cannot be read (`deck.lost_turns`), or ``""``."""
        from deck.lost_turns import lost_turns  # only lists ask for it

        return lost_turns(self.archive)

    def ledger(self) -> "Ledger":
        """What became of everything that recorders saw, by session."""
        from store import books  # only lists of sessions and `deck doctor` ask for it

        return books.read(self.archive)

    def capture_trouble(self) -> str:
        """Why recorders of the archive that are alive cannot record, in words; empty where all of them do."""
        if not _has_recorders(self.archive):
            return ""
        from deck.recorders import how_it_fares, running

        return "; ".join(how_it_fares(each) for each in running(self.archive.path) if each.trouble)

    def session(self, key: str) -> SessionView:
        """One session. Raises `NotFound`."""
        found = self.rows.session(key)
        if found is None:
            raise NotFound(f"no session {key[:80]!r}")
        return found

    def turns(self, session: str, thread: str | None = None) -> list[TurnRow]:
        """Turns of a session in the archive's order; of one thread if it is named (``""`` is the main one)."""
        return self.rows.turns(session, thread)

    def newest_turns(self, session: str | None) -> Iterator[TurnRow]:
        """Turns of a session, or of all of them, the newest first, fetched as one asks for them."""
        return self.rows.newest(session)

    def turn_steps(self, id: str) -> list[StepRow]:
        """Steps of a turn."""
        return self.rows.steps_of(from_hex(id))

    def short_digits(self) -> int:
        """How many digits of an id are shown where it is short: as with git, more as the archive grows."""
        return max(7, (self.rows.turns_in_archive().bit_length() + 1) // 2)

    def turn_count(self, session: str) -> int:
        """How many turns a session has; 0 for an unknown one."""
        return self.rows.turn_count(session)

    def step_count(self, session: str) -> int:
        """How many steps a session has; 0 for an unknown one."""
        return self.rows.step_count(session)

    def steps(self, session: str, start: int, stop: int) -> list[StepRow]:
        """Steps at positions ``start`` to ``stop`` (excluded), a window of a list that may be long."""
        return self.rows.steps(session, start, stop)

    def next_step(self, session: str, position: int, kind: str, direction: int) -> StepRow | None:
        """The nearest step of a kind before (``direction`` < 0) or after ``position``.

        ``kind`` is a block kind of `store.reading`, or ``error``, ``tool``, ``user``, ``thread``.
        """
        return self.rows.next_step(session, position, kind, direction)

    def turn(self, id: str, *, earlier: bool = True, setting: bool = True) -> TurnView:
        """A turn in full; ``earlier=False`` leaves out what its parent already had, which can be long.

        ``setting=False`` leaves out system prompt and tools, for which the whole request is rebuilt.
        """
        return self._turns.view(id, earlier, setting)

    def payload(self, id: str) -> dict[str, Any]:
        """The turn object alone, parsed: cheap."""
        return self._turns.payload(id)

    def step(self, row: StepRow) -> Step:
        """A step in full, a tool call with its result and the other way round."""
        return self._turns.step(row)

    def body(self, id: str, which: str) -> bytes:
        """A turn's ``request`` or ``response`` body, exactly as it was sent but for content codings, undone."""
        return self._turns.body(id, which)

    def object(self, id: str) -> Object:
        """Any object, verified."""
        return self.archive.get(from_hex(id))

    @property
    def costs(self) -> "TurnCosts":
        """What turns cost. Raises `StoreError` where the user's own prices cannot be understood."""
        if self._costs is None:
            from deck.cost.turns import TurnCosts  # loads prices

            self._costs = TurnCosts(self.archive.index.db, self.archive.path)
        return self._costs

    def cost(self, id: str) -> int | None:
        """What a turn cost at list prices (`deck.cost`), in micro-dollars; None where that is unknown."""
        return self.costs.of(from_hex(id))

    def beside(self, id: str) -> Beside:
        """Tags, notes and stars of an object (`store.notes`)."""
        return beside(self.archive, id).get(id, Beside())

    def all_beside(self) -> Mapping[str, Beside]:
        """Tags, notes and stars of every object that has some, by its id."""
        return beside(self.archive)

    def changes_beside(self) -> int:
        """How often tags, notes and stars were put, changed or taken back so far. Cheap, made for polling."""
        return changes(self.archive)

    def star(self, turn: str, step: int, text: str, old: "Note | None" = None) -> None:
        """Put a star with a note beside a step of a turn, or in place of an older one. Raises `OSError`."""
        from deck.starring import star  # loads all that recording needs

        star(self.archive, turn, step, text, old)

    def unstar(self, old: "Note") -> None:
        """Take a star off. Raises `OSError`."""
        from deck.starring import unstar

        unstar(self.archive, old)

    def session_tags(self) -> Mapping[str, Sequence[str]]:
        """Names of the tags in each session that has some."""
        return session_tags(self.archive)

    def pieces(self, turn_id: str) -> list[Piece]:
        """What became visible of a turn's answer, and when; for playback."""
        from deck.timeline_pieces import Arrivals, pieces  # only playback parses streams

        payload = self._turns.payload(turn_id)
        times = payload["response"]["chunks"]
        blob = self.archive.get_kind(from_hex(times), "blob") if times else b""
        _answer, blocks = self._turns.answer(turn_id)
        return pieces(self.body(turn_id, "response"), blocks, Arrivals(blob, payload["times"]["end"] or 0))

    def search(self, session: str, query: str, position: int = 0) -> Iterator[Hit | None]:
        """Steps of a session whose text holds ``query`` (any case): from a position on to the end, then from the start.

        None comes wherever one may stop looking for a while. The search index is used as far as it knows the session.
        """
        yield from self._finder.steps(self.rows, session, query, position) if query else ()

    def index_for_search(self, seconds: float) -> bool:
        """Let the search index catch up, for about this long; whether it knows all that was recorded."""
        until = perf_counter() + seconds
        return self._finder.catch_up(go_on=lambda: perf_counter() < until)

    @cached_property
    def _finder(self) -> "Searcher":
        return self.searcher()

    def searcher(self) -> "Searcher":
        """Full text over every session; a context manager."""
        from deck.search.searcher import Searcher  # only who searches pays for it

        return Searcher(self.archive, self._turns)

    def compare_turns(self, before: str, after: str) -> "TurnDiff":
        """What differs between two turns; what both begin with is not read."""
        from deck.compare.turns import compare_turns  # only who compares pays for it

        return compare_turns(self.archive, self.rows, self._turns, before, after)

    def compare_sessions(self, before: str, after: str, *, beyond: bool = True) -> "SessionDiff":
        """Where two sessions, named by their keys, part, and ``beyond`` that how they go on. Raises `NotFound`."""
        from deck.compare.sessions import compare_sessions

        return compare_sessions(self.rows, self._turns, before, after, beyond=beyond)

    def composition(self, id: str) -> "Composition":
        """What was in the window when a turn was answered, and what had left it."""
        from deck.context.composition import compose  # only who asks pays for it

        return compose(self.archive, self.rows, self._turns, id)

    def masked(self, ids: Iterable[str]) -> Iterator["MaskedPlace"]:
        """Where something was masked in these turns (`deck.masked_places`)."""
        from deck.masked_places import places_in  # only who asks reads every body

        return places_in(self._turns, ids)

    def turn_before(self, id: str) -> tuple[str, str] | None:
        """(id, kind of edge) of the turn that a turn's request goes on from, else of the one before it."""
        from deck.compare.turns import turn_before

        return turn_before(self.rows, id)

    def resolve(self, rev: str) -> Target:
        """What a rev names (`deck.revs`). Raises `NotFound` or `Ambiguous`, `Damaged` where all turns are lost."""
        return revs.resolve(rev, self._names)

    def revs_beginning(self, text: str, limit: int) -> list[str]:
        """Tags, sessions and turns that begin so, at most ``limit`` of each; turns once something is typed."""
        return self._names.beginning(text, limit)


def _has_recorders(archive: Archive) -> bool:
    """Whether a recorder is alive, or left something when it died."""
    return any(entry.is_dir() for entry in (archive.path / "spool").iterdir())


def _recover(archive: Archive) -> None:
    if not _has_recorders(archive):
        return
    from store.recover import recover  # it loads all that recording needs

    try:
        recover(archive)
    except OSError:
        return  # an archive that cannot be written can still be read; the spool keeps what is in it
    except NotRecovered as error:
        diagnostics.report(error)  # and the rest is read
    archive.refresh()
