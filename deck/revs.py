"""Revs: how a person names a moment, as in git.

    HEAD                    the newest turn of the archive
    3fa91c2                 an object, by 4 or more hex digits of its id
    v1, tags/v1             a tag (refs/tags/v1)
    <id>, sessions/<id>     the last turn of a session, by its id or any unique beginning of it
    REV~3, REV^             three turns, one turn before: along `continues`, else to the first parent
    REV:4                   step 4 of a turn
    REV:request             the request body; also `response`, `system`, `headers`, `tools`, `tools/Bash`

Order of lookup for a name: HEAD; an exact tag, an exact session id and a whole object id; only then beginnings of
session ids and of object ids. Within each of the two rounds a name that fits several things is ambiguous, and the
candidates are listed in the forms that are not (``tags/…``, ``sessions/…``, whole ids). A session or tag whose name
holds ``~``, ``^`` or ``:`` is tried whole before the text is taken apart.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from deck.diagnostics import USAGE, Problem
from store.errors import Ambiguous, NotFound
from store.ids import ID_BYTES, MIN_PREFIX, is_prefix

HEAD = "HEAD"
PARTS = ("request", "response", "system", "headers", "tools")
_MOVES = re.compile(r"(?:~\d{0,9}|\^)*\Z")
_BEGINS_AN_ID = re.compile(rf"[0-9a-f]{{1,{MIN_PREFIX - 1}}}\Z")
_FIRST_MOVE = re.compile(r"[~^]")
_FORMS = "deck rev-parse --help tells how a REV is written."
_MANY = 50  # beginnings listed before one says that there are more


class Target(NamedTuple):
    """What a rev names.

    ``id`` is the object (64 hex digits) and ``kind`` its kind; for a turn ``session`` is the key of its session.
    ``part`` is what stood after the colon: empty, one of `PARTS`, or ``step`` with its 1-based number in ``step``;
    ``tool`` is the name in ``tools/NAME``.
    """

    rev: str
    id: str
    kind: str
    session: str = ""
    part: str = ""
    tool: str = ""
    step: int = 0


class Names(Protocol):
    """What the archive knows under names; ids are 64 hex digits."""

    def head(self) -> str | None:
        """The newest turn."""

    def tag(self, name: str) -> str | None:
        """What a tag names."""

    def sessions_beginning(self, prefix: str, limit: int) -> Sequence[tuple[str, str]]:
        """(key, last turn) of sessions whose key begins so, the exact one first."""

    def objects_beginning(self, prefix: str, limit: int) -> Sequence[str]:
        """Ids that begin so."""

    def describe(self, id: str) -> tuple[str, str]:
        """(kind, session key or ``""``) of an object. Raises `NotFound`."""

    def previous(self, turn: str) -> str | None:
        """The turn before: along `continues`, else the first parent."""


def resolve(text: str, names: Names) -> Target:
    """What ``text`` names. Raises `NotFound` or `Ambiguous`, and `Problem` for no text; never anything else."""
    if not text:
        raise Problem("an empty REV names nothing", "HEAD is the newest turn.", USAGE)
    if not text.isprintable():  # also the lone surrogates that stand for bytes of no text in an argument
        raise NotFound(f"{text[:80]!r} is no rev")
    whole = _exact(text, names)
    if whole:
        return _target(text, _only(text, whole), names)
    base, colon, part = text.partition(":")
    found = _follow(base, names)
    target = _target(text, found, names)
    return _with_part(target, part) if colon else target


def names_session(target: Target) -> bool:
    """Whether a rev named a session as such, and not just a turn of it."""
    name = target.rev.removeprefix("sessions/")
    return name not in ("", HEAD) and target.session.startswith(name)


def _follow(base: str, names: Names) -> str:
    move = _FIRST_MOVE.search(base)
    if move is None:
        return _named(base, names)
    name, moves = base[: move.start()], base[move.start() :]
    if not _MOVES.match(moves):
        raise NotFound(f"{base[:80]!r} is no rev: after ~ comes a number, after ^ nothing", _FORMS)
    at = _named(name, names)
    for step in re.findall(r"~\d*|\^", moves):
        for _ in range(1 if step in ("~", "^") else int(step[1:])):
            before = names.previous(at)
            if before is None:
                raise NotFound(f"{base!r} goes back past the first turn, {at[:12]}")
            at = before
    return at


def _named(name: str, names: Names) -> str:
    name = name or HEAD
    found = _exact(name, names) or _beginnings(name, names)
    if not found and _BEGINS_AN_ID.match(name):
        raise NotFound(f"{name!r} is too short: an id needs at least its first {MIN_PREFIX} digits")
    if not found:
        raise NotFound(f"nothing in this archive is named {name[:80]!r}")
    return _only(name, found)


def _only(name: str, found: dict[str, str]) -> str:
    if len(set(found.values())) > 1:
        raise Ambiguous(f"{name[:80]!r} fits several things:", tuple(found))
    return next(iter(found.values()))


def _exact(name: str, names: Names) -> dict[str, str]:
    """Everything of exactly that name: the unambiguous form of each -> its id."""
    if name == HEAD:
        head = names.head()
        if head is None:
            raise NotFound("the archive holds no turn yet", "Record one: deck run -- COMMAND, or deck import FILE")
        return {HEAD: head}
    kind, slash, rest = name.partition("/")
    found: dict[str, str] = {}
    tag = names.tag(rest if slash and kind == "tags" else name)
    if tag is not None:
        found[f"tags/{rest if slash and kind == 'tags' else name}"] = tag
    if kind != "tags" or not slash:
        wanted = rest if slash and kind == "sessions" else name
        found |= {f"sessions/{key}": last for key, last in names.sessions_beginning(wanted, 1) if key == wanted}
    if len(name) == 2 * ID_BYTES and is_prefix(name):
        found |= {id: id for id in names.objects_beginning(name, 1)}
    return found


def _beginnings(name: str, names: Names) -> dict[str, str]:
    """Every session and object whose name begins so."""
    kind, slash, rest = name.partition("/")
    wanted = rest if slash and kind == "sessions" else name
    found = {f"sessions/{key}": last for key, last in names.sessions_beginning(wanted, _MANY)} if wanted else {}
    if is_prefix(name):
        found |= {id: id for id in names.objects_beginning(name, _MANY)}
    return found


def _target(text: str, id: str, names: Names) -> Target:
    kind, session = names.describe(id)
    return Target(text, id, kind, session)


def _with_part(target: Target, part: str) -> Target:
    if target.kind != "turn":
        what = f"{target.rev[:80]!r}: only a turn has parts, and {target.id[:12]} is a {target.kind}"
        raise NotFound(what, f"deck show {target.id[:12]} prints it")
    name, slash, tool = part.partition("/")
    if part.isascii() and part.isdigit() and len(part) < 10:
        return Target(target.rev, target.id, target.kind, target.session, "step", step=int(part))
    if part in PARTS or (name == "tools" and slash):
        return Target(target.rev, target.id, target.kind, target.session, name, tool)
    raise NotFound(f"a turn has no part {part[:80]!r}; it has {', '.join(PARTS)}, tools/NAME and step numbers", _FORMS)
