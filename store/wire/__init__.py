"""The wire formats: one module or package in here each, with an instance of `store.reading.Wire` named ``WIRE``.

They are found by looking into this folder, so a new format edits nothing else. Modules without a ``WIRE`` are shared
parts. `generic` claims everything and is asked last.
"""

import importlib
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from store.canonical import UNPARSABLE, loads
from store.reading import Block, Members, Wire

_LAST = "generic"


def _wires() -> Iterator[Wire]:
    """The formats in the order in which they are asked, each loaded when it is."""
    return (wire for name in _names() if (wire := _load(name)) is not None)


@cache
def _names() -> tuple[str, ...]:
    # pkgutil would say the same, and costs 6 ms of a cold start
    found = {entry.name.removesuffix(".py") for folder in __path__ for entry in os.scandir(folder)}
    names = (name for name in found if name.isidentifier() and not name.startswith("_"))
    return tuple(sorted(names, key=lambda name: (name == _LAST, name)))


@cache
def _load(name: str) -> Wire | None:
    wire: Wire | None = getattr(importlib.import_module(f"{__name__}.{name}"), "WIRE", None)
    return wire


def pick(url_path: str, members: Members) -> Wire:
    """The wire format of a request to this path (no query) with these members; the generic one if none claims it."""
    return next(wire for wire in _wires() if wire.claims(url_path, members))


def by_name(name: str) -> Wire:
    """The wire format of this name. One that this version does not know is read by the generic one."""
    return next(wire for wire in _wires() if wire.name in (name, _LAST))


def blocks_of(wire: Wire, content: bytes) -> tuple[Block, ...]:
    """Blocks of one message of a request."""
    return blocks_in(wire, loads(content))


def blocks_in(wire: Wire, element: Any) -> tuple[Block, ...]:
    """Blocks of one message of a request, parsed; none of one that could not be."""
    return () if element is UNPARSABLE else wire.request_blocks(element)
