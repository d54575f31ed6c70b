"""The TUI: opens an archive, shows its sessions, and on top of them the timeline of the one that was chosen.

Data come from `deck.timeline.Timeline` alone, through `deck.tui.reader` threads. Textual's own commands, header and
themes are left out: what is on the screen is a session, and nothing in it is more than a key away.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from deck.tui.keys import APP_KEYS
from deck.tui.model import OpenModel, ReadModel
from deck.tui.pages import PAGES
from deck.tui.questions import Opening, Place, opening, place_of_rev
from deck.tui.readers import Readers
from deck.tui.screens.sessions import SessionsScreen
from deck.tui.screens.timeline import TimelineScreen
from deck.tui.shared import Shared
from deck.tui.wall import Wall
from deck.tui.widgets.status import Status


class DeckApp(App[None]):
    """The app; ``start`` is where it opens, or what it opens with, None for the list of sessions."""

    CSS_PATH = Path(__file__).with_name("deck.tcss")
    BINDINGS: ClassVar[list[BindingType]] = APP_KEYS

    def __init__(self, open_model: OpenModel, where: str = "", start: Place | Opening | None = None) -> None:
        super().__init__()
        self._shared = Shared(Readers.open(open_model), where)
        self._start = start
        self._wall = Wall()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and after them the last look at what goes to the terminal."""
        return (*super().get_line_filters(), self._wall)

    def get_default_screen(self) -> Screen[None]:
        """The first screen: a blank one under it would be drawn first, for nothing."""
        start = self._start
        if start is None:
            return SessionsScreen(self._shared)
        if isinstance(start, Opening):
            return TimelineScreen(self._shared, start.session, start)
        return TimelineScreen(self._shared, start.session, start.position)

    def pop_screen(self) -> AwaitComplete:
        """Take the screen off, and before that whoever still wants to tell it something."""
        self.workers.cancel_node(self.screen)
        return super().pop_screen()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End the app, and before that whoever still wants to tell a screen something."""
        self.workers.cancel_all()
        super().exit(result, return_code, message)

    def action_help_quit(self) -> None:
        """Say how to quit: who presses Ctrl-C may have meant to copy."""
        for status in self.screen.query(Status):
            status.say("Ctrl-Q quits, q leads back")

    def on_unmount(self) -> None:
        self._shared.readers.close()

    @on(SessionsScreen.Chosen)
    def _session_chosen(self, event: SessionsScreen.Chosen) -> None:
        self._show(event.key, event.position)

    @on(TimelineScreen.Elsewhere)
    def _elsewhere(self, event: TimelineScreen.Elsewhere) -> None:
        self._show(event.place.session, event.place.position)

    @on(TimelineScreen.Left)
    def _left(self) -> None:
        if not isinstance(self.screen, TimelineScreen):  # a key that was pressed twice has led out already
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:  # the app was opened at a place; that screen stays at the bottom, and nobody comes back to it
            self.workers.cancel_node(self.screen)
            self.push_screen(SessionsScreen(self._shared))

    def _show(self, session: str, position: int | None) -> None:
        self.push_screen(TimelineScreen(self._shared, session, position))


def run(archive_path: Path, rev: str | None = None) -> int:
    """Show the archive in ``archive_path``, at ``rev`` if one is given, until the user quits; the exit code.

    Raises what `deck.timeline.Timeline.open` and ``resolve`` raise, before anything is on the screen.
    """
    from deck.timeline import Timeline

    with Timeline.open(archive_path) as timeline:
        start = first_picture(rev)(timeline) if rev is not None else None
    app = DeckApp(lambda: Timeline.open(archive_path), _short(archive_path), start)
    app.run()
    return app.return_code or 0


def first_picture(rev: str) -> Callable[[ReadModel], Opening]:
    """What the app opens with at a rev. Read before the app starts, so that it draws it at once."""

    def ask(model: ReadModel) -> Opening:
        place = place_of_rev(rev)(model)
        return opening(place.session, place.position, PAGES[0])(model)

    return ask


def _short(path: Path) -> str:
    try:
        return f"~/{path.absolute().relative_to(Path.home())}"
    except ValueError:  # not below the home folder
        return str(path)
