"""What all screens of the app share: the readers of the archive, and the turn that the user marked."""

from dataclasses import dataclass

from deck.tui.readers import Readers


@dataclass(frozen=True, slots=True)
class Marked:
    """The marked turn: its session, the position of the step that was under the cursor, its id and its number."""

    session: str
    position: int
    turn: str
    number: int


@dataclass(slots=True)
class Shared:
    """The one value that every screen gets; ``where`` names the archive for people."""

    readers: Readers
    where: str = ""
    marked: Marked | None = None
