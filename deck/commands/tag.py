"""`deck tag`: names for turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from deck.render import Style
    from deck.revs import Target
    from deck.timeline import Timeline

NAME = "tag"


def tag(
    name: Annotated[str | None, "the tag; without one, all are listed"] = None,
    rev: Annotated[str, "what it is to name: a turn, a session for its last one, or any object"] = "HEAD",
    *,
    delete: Annotated[bool, "take the tag back", "-d"] = False,
    force: Annotated[bool, "also where there is a tag of that name: it is moved", "-f"] = False,
    json: Annotated[bool, "as JSON, schema deck.tags/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Name a turn, list the names, or take one back.

    A tag can be used wherever a REV is wanted. What it named before, who moved it and when stay on record. Names are
    those that git takes. This can be done beside a running capture.
    """
    from pathlib import Path

    from deck.diagnostics import OK, USAGE, Problem
    from deck.launch.runs import author
    from deck.locations import chosen_archive
    from deck.timeline import Timeline
    from store import annotate
    from store.ids import from_hex

    if name is None and (delete or force):
        raise Problem("which tag?", "deck tag lists them", USAGE)
    if delete and force:
        raise Problem("--delete and --force do not go together", code=USAGE)
    with Timeline.open(chosen_archive(archive)) as timeline:
        if name is None:
            _list(timeline, json)
            return OK
        digits = timeline.short_digits()
        if delete:
            was = annotate.delete_tag(timeline.archive, name, author(Path.cwd()))
            print(f"Deleted tag {name} (was {was.target[:digits]})")
            return OK
        target = from_hex(_object(timeline, timeline.resolve(rev)))
        before = annotate.set_tag(timeline.archive, name, target, author(Path.cwd()), force=force)
        if before is not None:
            print(f"Moved tag {name} (was {before.target[:digits]})")
    return OK


def _object(timeline: Timeline, target: Target) -> str:
    """The id of what a tag is to name."""
    from deck.diagnostics import USAGE, Problem
    from deck.parts import object_of

    if target.part == "step":
        raise Problem("a tag names a whole turn", f"deck note {target.rev} puts a note beside a step", USAGE)
    return object_of(timeline, target)


def _list(timeline: Timeline, as_json: bool) -> None:
    from deck.output import paged, print_json
    from deck.render import safe, width_of
    from store import notes

    found = notes.tags(timeline.archive)
    if as_json:
        print_json("tags", {"tags": [_tag_json(note) for note in found]})
        return
    width = max((width_of(safe(note.name, newlines=False)) for note in found), default=0)
    with paged() as style:
        for note in found:
            print(_tag_line(timeline, note, width, style))


def _tag_json(note: Any) -> dict[str, Any]:
    return {"name": note.name, "target": note.target, "author": note.author, "time_ms": note.time_ms, "note": note.id}


def _tag_line(timeline: Timeline, note: Any, width: int, style: Style) -> str:
    """The name, the hash, and what is there."""
    from deck.render import padded, safe, short
    from store.errors import NotFound
    from store.ids import from_hex

    try:
        told = timeline.rows.turn(from_hex(note.target)).summary
    except NotFound:
        told = timeline.object(note.target).kind
    name = padded(safe(note.name, newlines=False), width)
    return f"{name}  {style.id(note.target[: timeline.short_digits()])}  {short(safe(told, newlines=False), 80)}"
