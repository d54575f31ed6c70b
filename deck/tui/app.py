"""The TUI: opens an archive, shows its sessions, and on top of them the timeline of the one that was chosen.

Data come from `deck.timeline.Timeline` alone, through `deck.tui.reader` threads. Textual's own commands, header and
themes are left out: what is on the screen is a session, and nothing in it is more than a key away.
"""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType

from deck.tui.model import OpenModel
from deck.tui.questions import Place, place_of_rev
from deck.tui.readers import Readers
from deck.tui.screens.sessions import SessionsScreen
from deck.tui.screens.timeline import TimelineScreen


class DeckApp(App[None]):
    """The app; ``place`` is where it opens, None for the list of sessions."""

    CSS_PATH = Path(__file__).with_name("deck.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, open_model: OpenModel, where: str = "", place: Place | None = None) -> None:
        super().__init__()
        self._readers = Readers.open(open_model)
        self._where = where
        self._place = place

    def on_mount(self) -> None:
        if self._place is None:
            self._list()
        else:
            self._show(self._place.session, self._place.position)

    def on_unmount(self) -> None:
        self._readers.close()

    @on(SessionsScreen.Chosen)
    def _session_chosen(self, event: SessionsScreen.Chosen) -> None:
        self._show(event.key)

    @on(TimelineScreen.Elsewhere)
    def _elsewhere(self, event: TimelineScreen.Elsewhere) -> None:
        self._show(event.place.session, event.place.position)

    @on(TimelineScreen.Left)
    def _left(self) -> None:
        self.pop_screen()
        if not isinstance(self.screen, SessionsScreen | TimelineScreen):  # the app was opened at a place
            self._list()

    def _list(self) -> None:
        self.push_screen(SessionsScreen(self._readers, self._where))

    def _show(self, session: str, position: int | None = None) -> None:
        self.push_screen(TimelineScreen(self._readers, session, position))


def run(archive_path: Path, rev: str | None = None) -> int:
    """Show the archive in ``archive_path``, at ``rev`` if one is given, until the user quits; the exit code.

    Raises what `deck.timeline.Timeline.open` and ``resolve`` raise, before anything is on the screen.
    """
    from deck.timeline import Timeline

    with Timeline.open(archive_path) as timeline:
        place = place_of_rev(rev)(timeline) if rev is not None else None
    app = DeckApp(lambda: Timeline.open(archive_path), _short(archive_path), place)
    app.run()
    return app.return_code or 0


def _short(path: Path) -> str:
    try:
        return f"~/{path.absolute().relative_to(Path.home())}"
    except ValueError:  # not below the home folder
        return str(path)
