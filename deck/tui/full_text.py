"""The text of what a tab shows, to be copied or read elsewhere: it goes to terminals too, so it is made safe."""

from deck.render import safe
from deck.tui.border import LONGEST_LINE
from deck.tui.document import Document
from deck.tui.model import ReadModel
from deck.tui.pages import PAGES, STEP
from deck.tui.pages.viewing import Viewing
from deck.tui.questions import Question
from deck.views import StepRow
from store.reading import Block

_COMMANDS = ("command", "cmd")
"""Arguments that are what a call does, not about it."""


def full_text(row: StepRow, page: int, viewing: Viewing) -> Question[str]:
    """The text of a tab about a step; of the step's own tab what was recorded of the step, nothing folded or cut.

    Controls and characters that hide are visible escapes in it, tabs and line breaks are themselves.
    """

    def ask(model: ReadModel) -> str:
        if page == STEP:
            recorded = _recorded(model.step(row).block)
            return "\t".join(safe(part) for part in recorded.split("\t"))  # `safe` makes spaces of tabs
        return _text_of(PAGES[page].build(model, row, viewing))

    return ask


def _recorded(block: Block) -> str:
    """A command, a result or what was said; of a block that is none of these, its values as JSON."""
    from deck.tui.pages.tools.generic import as_json  # not before somebody wants it

    values = block.data if isinstance(block.data, dict) else {}
    command = next((found for name in _COMMANDS if isinstance(found := values.get(name), str)), "")
    text = command if block.kind.endswith("tool-call") else block.text
    if text or block.data is None:
        return text or block.text
    return block.data if isinstance(block.data, str) else as_json(block.data)


def _text_of(document: Document) -> str:
    """Its lines; those that a long line was broken into are one again."""
    parts: list[str] = []
    for line in document.lines:
        goes_on = parts and not parts[-1].endswith("\n")
        parts.append(line.text if goes_on else " " * line.indent + line.text)
        if len(line.text) < LONGEST_LINE:
            parts[-1] += "\n"
    return "".join(parts)
