"""Stars of a session: steps that a person marked, with or without a note, kept in the archive (`store.notes`)."""

from typing import TYPE_CHECKING, NamedTuple

from deck.tui.model import ReadModel
from deck.tui.questions import Question
from store.errors import NotFound

if TYPE_CHECKING:
    from store.notes import Note


class Star(NamedTuple):
    """A star beside a step; ``step`` is the number in its turn, 0 where all of the turn is meant."""

    turn_number: int
    step: int
    note: "Note"

    @property
    def place(self) -> tuple[str, int]:
        """(turn, step), by which a list knows it."""
        return self.note.target, self.step


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
                found += (Star(turn.number, note.step, note) for note in stars)
        return tuple(sorted(found, key=lambda star: (star.turn_number, star.step, star.note.time_ms)))

    return ask


def put_star(turn: str, step: int, text: str, old: "Note | None") -> Question[bool]:
    """Put a star with this note beside a step, or in place of the one that is there; true when it is kept."""

    def ask(model: ReadModel) -> bool:
        model.star(turn, step, text, old)
        return True

    return ask


def take_star(old: "Note") -> Question[bool]:
    """Take a star off; true when that is kept."""

    def ask(model: ReadModel) -> bool:
        model.unstar(old)
        return True

    return ask
