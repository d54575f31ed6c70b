"""Which names a tag may have: those that `git check-ref-format` takes, and that cannot be taken for anything else.

A name is never a path: tags stand in the journals (`store.notes`). The rules keep names apart from revs, whose ``~``,
``^`` and ``:`` mean something, and usable in git, in shells and in file names elsewhere.
"""

import re
from typing import Final

from store.errors import BadName
from store.ids import ID_BYTES, is_prefix

MOST: Final = 200  # characters
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A[-/]|[/.]\Z|(?:\A|/)\.|\.lock(?:/|\Z)|\A@\Z")


def check(name: str) -> str:
    """The name, if it can be one. Raises `BadName`, which says why not."""
    if not name or len(name) > MOST:
        raise BadName(f"a name has 1 to {MOST} characters")
    if not name.isprintable():
        raise BadName(f"{name[:80]!r} holds characters that cannot be printed")
    if found := _FORBIDDEN.search(name):
        raise BadName(f"{name[:80]!r} is no name: {found.group()!r} cannot stand there")
    if name == "HEAD" or (len(name) == 2 * ID_BYTES and is_prefix(name)):
        raise BadName(f"{name!r} means something else already")
    return name


def is_name(name: str) -> bool:
    """Whether `check` takes it."""
    try:
        check(name)
    except BadName:
        return False
    return True
