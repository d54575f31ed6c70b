"""Drives the TUI in a test and reads what a user would see."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from deck.timeline import Timeline
from deck.tui.app import DeckApp
from deck.tui.model import OpenModel
from deck.tui.questions import Opening, Place
from store.archive import Archive
from store.exchange import Exchange
from store.record import Recorder

SMALL = (80, 24)
LARGE = (200, 50)
_PATIENCE = 500  # looks of 20 ms each: a deadline, not a pace


def record(path: Path, exchanges: Iterable[Exchange]) -> Path:
    """An archive with these exchanges; one that is there already gets them too."""
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in exchanges:
            recorder.record(exchange)
    return path


def screen_text(app: App[None]) -> str:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


class Driver:
    """A running app: keys in, text out."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.keys = 0

    async def press(self, *keys: str) -> None:
        """Press these keys one after the other."""
        self.keys += len(keys)
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Press the keys of this text."""
        names = {" ": "space", "-": "minus", "~": "tilde", ":": "colon", "_": "underscore"}
        await self.press(*(names.get(character, character) for character in text))

    def text(self) -> str:
        """What stands on the screen."""
        return screen_text(self.app)

    async def until(self, condition: Callable[[str], bool], what: str) -> str:
        """Wait for the screen to say something; the screen's text."""
        for _ in range(_PATIENCE):
            text = self.text()
            if condition(text):
                return text
            await self.pilot.pause(0.02)
        raise AssertionError(f"never on the screen: {what}\n{self.text()}")

    async def see(self, *wanted: str) -> str:
        """Wait until all these texts are on the screen."""
        return await self.until(lambda text: all(one in text for one in wanted), ", ".join(wanted))


@asynccontextmanager
async def running(
    model: Path | OpenModel, size: tuple[int, int] = SMALL, place: Place | Opening | None = None
) -> AsyncIterator[Driver]:
    """The app on an archive (or another read model), on a screen of this size."""
    open_model: OpenModel = (lambda: Timeline.open(model)) if isinstance(model, Path) else model
    async with DeckApp(open_model, "test", place).run_test(size=size) as pilot:
        yield Driver(pilot)
