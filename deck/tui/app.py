"""The TUI: opens an archive, shows its sessions, and on top of them the timeline of the one that was chosen.

Data come from `deck.timeline.Timeline` alone, through `deck.tui.reader` threads. Textual's own commands, header and
themes are left out: what is on the screen is a session, and nothing in it is more than a key away.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.markup import escape
from textual.screen import Screen

from deck.tui.keys import APP_KEYS, key_names
from deck.tui.model import OpenModel, ReadModel
from deck.tui.pages import PAGES
from deck.tui.questions import Opening, Place, opening, place_of_rev
from deck.tui.readers import Readers
from deck.tui.screens.asking import AskingScreen
from deck.tui.shared import Shared
from deck.tui.wall import Wall
from deck.tui.widgets.status import Status

if TYPE_CHECKING:  # a screen is imported when it is first shown: most of what opening deck costs is imports
    from deck.tui.screens.sessions import SessionsScreen
    from deck.tui.screens.timeline import TimelineScreen
    from deck.tui.screens.timeline_marks import TimelineMarks

_SETTLE_SECONDS = 0.5
_SWITCH_SECONDS = 0.0005
"""How long a reader may keep the interpreter from a key, a few times a key: with Python's 5 ms a survey is felt."""


class DeckApp(App[None]):
    """The app; ``start`` is where it opens, or what it opens with, None for the list of sessions.

    ``settled`` is called some time after the first picture is on the screen.
    """

    CSS_PATH = Path(__file__).with_name("deck.tcss")
    BINDINGS: ClassVar[list[BindingType]] = APP_KEYS

    def __init__(
        self,
        open_model: OpenModel,
        where: str = "",
        start: Place | Opening | None = None,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._shared = Shared(Readers.open(open_model), where)
        self._start = start
        self._settled = settled
        self._wall = Wall()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and after them the last look at what goes to the terminal."""
        return (*super().get_line_filters(), self._wall)

    def get_default_screen(self) -> Screen[None]:
        """The first screen: a blank one under it would be drawn first, for nothing."""
        start = self._start
        if start is None:
            return self._sessions()
        return self._timeline(start.session, start if isinstance(start, Opening) else start.position)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers: what the keys of the screen do, under the words of the help."""
        own = screen.SECTIONS[0][1] if isinstance(screen, AskingScreen) and screen.SECTIONS else ()
        for target, bindings in ((screen, own), (self, APP_KEYS)):
            for binding in (each for each in bindings if isinstance(each, Binding)):
                run = partial(self.run_action, binding.action, target)
                yield SystemCommand(binding.tooltip, escape(key_names(binding)), run)

    def on_key(self, event: events.Key) -> None:
        if isinstance(self.screen, AskingScreen) and self.screen.take_key(event):
            event.stop()
            event.prevent_default()

    def on_mouse_down(self) -> None:
        self._hush()

    def _hush(self) -> None:
        for status in self.screen.query(Status):
            status.hush()

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key or a command stands for; what was said before is off the screen then."""
        self._hush()
        return await super().run_action(action, default_namespace, namespaces)

    def on_ready(self) -> None:
        self.set_timer(_SETTLE_SECONDS, self._settled)

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

    def on_sessions_screen_chosen(self, event: SessionsScreen.Chosen) -> None:
        self.push_screen(self._timeline(event.key, event.position))

    def on_timeline_marks_elsewhere(self, event: TimelineMarks.Elsewhere) -> None:
        self.push_screen(self._timeline(event.place.session, event.place.position))

    def on_timeline_screen_left(self, event: TimelineScreen.Left) -> None:
        if self.screen is not event.screen:  # a key that was pressed twice has led out already
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:  # the app was opened at a place; that screen stays at the bottom, and nobody comes back to it
            self.workers.cancel_node(self.screen)
            self.push_screen(self._sessions())

    def _sessions(self) -> SessionsScreen:
        from deck.tui.screens.sessions import SessionsScreen

        return SessionsScreen(self._shared)

    def _timeline(self, session: str, start: int | Opening | None) -> TimelineScreen:
        from deck.tui.screens.timeline import TimelineScreen

        return TimelineScreen(self._shared, session, start)


def run(archive_path: Path, rev: str | None = None) -> int:
    """Show the archive in ``archive_path``, at ``rev`` if one is given, until the user quits; the exit code.

    Raises what `deck.timeline.Timeline.open` and ``resolve`` raise, before anything is on the screen.
    """
    from deck.timeline import Timeline

    with Timeline.open(archive_path) as timeline:
        start = first_picture(rev)(timeline) if rev is not None else None
    app = DeckApp(lambda: Timeline.open(archive_path), _short(archive_path), start, _collect_garbage)
    sys.setswitchinterval(_SWITCH_SECONDS)
    app.run()
    return app.return_code or 0


def _collect_garbage() -> None:
    """From now on, if it was not before; what is there by now is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.enable()


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
