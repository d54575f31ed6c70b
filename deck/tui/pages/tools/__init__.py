"""Tool calls as the tool would see them, and their results: one tool a module, each with a ``VIEW``.

They are found by looking into this folder, so a new one edits nothing else. A module without a ``VIEW`` is a shared
part. Tools without a view of their own have `generic`'s.
"""

import importlib
import pkgutil
from functools import cache

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_result, write_values
from deck.tui.pages.tools.view import ToolView
from store.reading import Block


def write_call(out: Writer, call: Block, indent: int = 2) -> None:
    """The arguments of a call; those that the tool's view does not show follow by name."""
    arguments = Arguments.of(call.data)
    view = _views().get(call.name)
    if arguments is None:
        write_values(out, {"": call.data}, indent)
        return
    if view is not None:
        view.call(out, arguments, indent)
    write_values(out, arguments.rest(), indent)


def write_outcome(out: Writer, call: Block | None, result: Block, indent: int = 2) -> None:
    """The text of a result; ``call`` is what was asked, where it is known."""
    name = call.name if call is not None else result.name
    view = _views().get(name)
    arguments = Arguments.of(call.data) if call is not None else None
    if view is None or view.result is None:
        write_result(out, result, indent)
    else:
        view.result(out, arguments or Arguments({}), result, indent)


@cache
def _views() -> dict[str, ToolView]:
    """Views by the names of their tools."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    views = (view for module in modules if isinstance(view := getattr(module, "VIEW", None), ToolView))
    return {name: view for view in views for name in view.names}
