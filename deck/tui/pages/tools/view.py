"""What a module of this package has to give."""

from collections.abc import Callable
from typing import NamedTuple

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from store.reading import Block


class ToolView(NamedTuple):
    """How calls of the tools of these ``names`` are shown.

    ``call`` writes the arguments that it takes, ``result`` what came back, at an indent; without it the result is text.
    """

    names: tuple[str, ...]
    call: Callable[[Writer, Arguments, int], None]
    result: Callable[[Writer, Arguments, Block, int], None] | None = None
