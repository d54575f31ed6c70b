"""`deck note`: words beside a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from deck.revs import Target
    from deck.timeline import Timeline
    from store.notes import Note

NAME = "note"


def note(
    rev: Annotated[str | None, "a turn, REV:N for a step of it, any object, or a note, to change it"] = None,
    *,
    message: Annotated[str | None, "the text; without it, your editor asks for it", "-m"] = None,
    star: Annotated[bool, "a star; it needs no text"] = False,
    show: Annotated[bool, "only show what is beside it"] = False,
    delete: Annotated[bool, "take the note back", "-d"] = False,
    json: Annotated[bool, "as JSON, schema deck.notes/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Put a note or a star beside a turn or a step.

    Without a REV all are listed; with that of a note, it is changed or taken back. A note has a hash of its own: deck
    note HASH changes it, deck note -d HASH takes it back; that it was there stays on record. Nothing of the turn
    changes. This can be done beside a running capture.
    """
    from deck.diagnostics import OK, USAGE, Problem
    from deck.locations import chosen_archive
    from deck.timeline import Timeline
    from store import notes

    if sum((message is not None or star, show, delete)) > 1:
        raise Problem("-m, --show and --delete exclude each other", code=USAGE)
    if rev is None and (message is not None or star or delete):
        raise Problem("beside what?", "deck note HEAD puts it beside the newest turn", USAGE)
    with Timeline.open(chosen_archive(archive)) as timeline:
        if rev is None:
            _print(timeline, notes.listed(timeline.archive), json, target=True)
            return OK
        target = timeline.resolve(rev)
        if show or (json and message is None and not star and not delete):
            _print(timeline, list(timeline.beside(target.id).notes), json, target=False)
        elif delete:
            _take_back(timeline, target)
        else:
            _print(timeline, [_written(timeline, target, message, star)], json, target=True)
    return OK


def _written(timeline: Timeline, target: Target, message: str | None, star: bool) -> Note:
    """The note that was put beside the target, or in place of the note that it is."""
    from pathlib import Path

    from deck.diagnostics import USAGE, Problem
    from deck.launch.runs import author
    from deck.parts import object_of, step_row
    from store import annotate, notes
    from store.ids import from_hex

    old = notes.find(timeline.archive, from_hex(target.id)) if target.kind == "note" else None
    if message is None and not star:
        message = _asked(timeline, target, old)
    text = (message if message is not None or old is None else old.text) or ""
    words = [notes.STAR] if star else []
    if not text.strip() and not star and not (old and old.tags):
        raise Problem("a note needs words; nothing was written", "-m TEXT", USAGE)
    who = author(Path.cwd())
    if old is not None:
        return annotate.change(timeline.archive, old, who, text, sorted({*old.tags, *words}))
    step = step_row(timeline, target).number if target.part == "step" else 0
    beside = target.id if step else object_of(timeline, target)
    return annotate.add(timeline.archive, from_hex(beside), who, text, words, step)


def _asked(timeline: Timeline, target: Target, old: Note | None) -> str:
    import sys

    from deck.diagnostics import USAGE, Problem
    from deck.editor import edited
    from deck.render import safe

    if not sys.stdin.isatty():
        raise Problem("without a terminal there is no editor", "-m TEXT", USAGE)
    what = f"step {target.step} of {target.kind}" if target.step else target.kind
    about = f"A note on {what} {target.id[: timeline.short_digits()]}. Without text nothing is written."
    return edited(safe(old.text) if old else "", about)


def _take_back(timeline: Timeline, target: Target) -> None:
    from pathlib import Path

    from deck.diagnostics import USAGE, Problem
    from deck.launch.runs import author
    from store import annotate, notes
    from store.ids import from_hex

    if target.kind != "note":
        hint = f"deck note --show {target.rev} shows its notes with their hashes"
        raise Problem(f"{target.rev[:80]!r} is a {target.kind}, no note", hint, USAGE)
    old = notes.find(timeline.archive, from_hex(target.id))
    annotate.remove(timeline.archive, old, author(Path.cwd()))
    print(f"Deleted note {old.id[: timeline.short_digits()]}")


def _print(timeline: Timeline, found: list[Note], as_json: bool, *, target: bool) -> None:
    from deck.output import paged, print_json
    from deck.render_notes import note_lines
    from deck.to_json import note_json

    if as_json:
        print_json("notes", {"notes": [note_json(note) for note in found]})
        return
    with paged() as style:
        for note in found:
            for line in note_lines(note, style, timeline.short_digits(), target=target):
                print(line)
