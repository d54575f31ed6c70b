"""What can be taken out of a session: addresses and texts for the clipboard, texts for the pager."""

from textual.app import SuspendNotSupported

from deck.diagnostics import Problem
from deck.render import plural
from deck.tui.border import clean
from deck.tui.full_text import full_text
from deck.tui.screens.timeline_marks import TimelineMarks
from deck.tui.widgets.detail_pane import DetailPane

_DIGITS = 9
_CLIPBOARD_BYTES = 700_000
"""What is copied goes to the terminal as one sequence, in base64; tmux drops one above 1 MiB without a word."""


class TimelineCopies(TimelineMarks):
    """The screen with the keys that copy, and the one for the pager."""

    async def action_copy(self, what: str) -> None:
        row = await self._step_here()
        if row is None:
            return
        address = row.turn if what == "hash" else f"{row.turn}:{row.number}"
        self.app.copy_to_clipboard(address)
        self._say(f"copied {address.replace(row.turn, row.turn[:_DIGITS] + '…')}, with all its digits")

    async def action_copy_all(self) -> None:
        text = await self._text_here()
        if not text:
            return
        size = plural(len(text.encode()), "byte")
        if len(text.encode()) > _CLIPBOARD_BYTES:
            self._say(f"{size} are too many to copy; p reads them")
            return
        self.app.copy_to_clipboard(text)
        lines = text.removesuffix("\n").count("\n") + 1
        self._say(f"copied the text: {size} in {plural(lines, 'line')}")

    async def action_read(self) -> None:
        from deck.tui.pager import read_in_pager  # what it needs is loaded when somebody wants to read

        text = await self._text_here()
        if not text:
            return
        trouble = ""
        try:
            with self.app.suspend():
                try:
                    read_in_pager(text)
                except Problem as problem:  # the app comes back only where nothing is raised in here
                    trouble = problem.message
        except SuspendNotSupported:
            trouble = "the pager needs a terminal that the app can leave; w copies the text"
        self._say(clean(trouble))

    async def _text_here(self) -> str:
        """What the open tab says of the step under the cursor; where that is nothing, it is said."""
        page, viewing = self.query_one(DetailPane).page, self._viewing
        row = await self._step_here()
        if row is None:
            return ""
        text = await self._ask(self._readers.documents, full_text(row, page, viewing))
        if text == "":
            self._say("there is no text here")
        return text or ""
