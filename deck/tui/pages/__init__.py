"""The pages of the detail pane, in the order of their tabs. A page is a module with a TITLE and a pure ``build``.

``build(model, row, viewing)`` gives the document for the step under the cursor. It runs in a reader's thread.
"""

from collections.abc import Callable
from dataclasses import dataclass

from deck.tui.document import Document
from deck.tui.model import ReadModel
from deck.tui.pages import context, diff, headers, raw, request, response, step
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow


@dataclass(frozen=True, slots=True)
class Page:
    """A tab: its title, and what builds its document."""

    title: str
    build: Callable[[ReadModel, StepRow, Viewing], Document]


PAGES = tuple(Page(module.TITLE, module.build) for module in (step, request, response, context, diff, raw, headers))
STEP = PAGES.index(Page(step.TITLE, step.build))
CONTEXT = PAGES.index(Page(context.TITLE, context.build))
DIFF = PAGES.index(Page(diff.TITLE, diff.build))
