"""The pages of the detail pane, in the order of their tabs. A page is a module of this folder with a pure ``build``.

``build(model, row, viewing)`` gives the document for the step under the cursor. It runs in a reader's thread. A module
is imported when its tab is first looked at: most of what opening deck costs is imports.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from deck.tui.document import Document
from deck.tui.model import ReadModel
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow


@dataclass(frozen=True, slots=True)
class Page:
    """A tab; its title is the name of its module."""

    title: str

    def build(self, model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
        """Its document."""
        build: Callable[[ReadModel, StepRow, Viewing], Document] = import_module(f"{__name__}.{self.title}").build
        return build(model, row, viewing)


PAGES = tuple(map(Page, ("step", "request", "response", "context", "diff", "raw", "headers")))
STEP = PAGES.index(Page("step"))
CONTEXT = PAGES.index(Page("context"))
DIFF = PAGES.index(Page("diff"))
