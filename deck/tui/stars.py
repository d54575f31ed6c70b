"""Stars of a session: steps that a person marked, with or without a note, kept in the archive (`store.notes`)."""

from typing import TYPE_CHECKING, NamedTuple

from deck.tui.model import ReadModel
from deck.tui.questions import Question
from store.errors import NotFound

if TYPE_CHECKING:
    from store.notes import Note


class Star(NamedTuple):
    """A star beside a step, or all of a turn."""

    turn_number: int
    note: "Note"

    @property
    def place(self) -> tuple[str, int]:
        """(turn, step) that it is shown at: what means all of a turn stands at its first step."""
        return self.note.target, _shown_at(self.note.step)


def stars_of(session: str) -> Question[tuple[Star, ...]]:
    """The stars of a session, in its order."""

    def ask(model: ReadModel) -> tuple[Star, ...]:
        found: list[Star] = []
        for target, beside in model.all_beside().items():
            stars = [note for note in beside.notes if note.is_star]
            if not stars:
                continue
            try:
                turn = model.rows.turn(bytes.fromhex(target))
            except NotFound:  # beside something that is no turn
                continue
            if turn.session == session:
                found += (Star(turn.number, note) for note in stars)
        return tuple(sorted(found, key=lambda star: (star.turn_number, star.place[1], star.note.time_ms)))

    return ask


def beside_of(session: str) -> Question[tuple[tuple[Star, ...], int]]:
    """The stars of a session, and how many changes of what is beside turns they come of."""

    def ask(model: ReadModel) -> tuple[tuple[Star, ...], int]:
        model.refresh()
        changes = model.changes_beside()  # first: what comes meanwhile is a change yet to be seen
        return stars_of(session)(model), changes

    return ask


def put_star(turn: str, step: int, text: str, old: "Note | None" = None) -> Question[bool]:
    """Put a star with this note beside a step, or in place of an older one; whether that was done.

    It is not where the step has a star that is not the older one: a second would be seen by nobody.
    """

    def ask(model: ReadModel) -> bool:
        if old is None and _stars_now(model, turn, step):
            return False
        model.star(turn, step, text, old)
        return True

    return ask


def take_stars(turn: str, step: int) -> Question[int]:
    """Take all stars of a step off; how many there were."""

    def ask(model: ReadModel) -> int:
        found = _stars_now(model, turn, step)
        for note in found:
            model.unstar(note)
        return len(found)

    return ask


def _stars_now(model: ReadModel, turn: str, step: int) -> "list[Note]":
    """The stars shown at a step, also those that another deck has put there."""
    model.refresh()
    return [note for note in model.beside(turn).notes if note.is_star and _shown_at(note.step) == _shown_at(step)]


def _shown_at(step: int) -> int:
    return max(step, 1)
