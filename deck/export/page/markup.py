"""Sessions, turns and steps as HTML. Recorded text becomes text and nothing else: no link, no markup, no style.

Pictures are the exception: those of a few kinds are shown, out of the page itself.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from deck.compare.lines import Line
from deck.export.story import Facts, StepStory, TurnStory, one_line
from deck.render import offset, plural, safe
from deck.views import StepRow, TurnRow
from store.reading import Block

_TAGS = {"-": "del", "+": "ins"}
_CLASSES = {"-": "minus", "+": "plus", "#": "head"}
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}\Z")
_LARGEST_PICTURE = 8 << 20  # characters
_FEWEST_BARS = 40  # room for so many, so that a bar is never wide
_SAID = ("text", "image", "document")


def escaped(text: str) -> str:
    """A text as it stands in a page and in its attributes: nothing invisible, and no character of markup."""
    return html.escape(safe(text))


def turn_name(session: int, number: int) -> str:
    """The anchor of a turn of the page's session of this number."""
    return f"t{session}-{number}"


def step_name(session: int, position: int) -> str:
    """The anchor of a step."""
    return f"s{session}-{position}"


def facts(found: Facts) -> str:
    """Names and values."""
    rows = (f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in found.pairs)
    return f"<dl>{''.join(rows)}</dl>\n"


def scrubber(session: int, turns: Sequence[TurnRow]) -> str:
    """One bar a turn, as high as its context was large."""
    largest = max((turn.usage.context for turn in turns), default=0) or 1
    bars = "".join(_bar(session, place, turn, 100 * turn.usage.context / largest) for place, turn in enumerate(turns))
    width = max(len(turns), _FEWEST_BARS)
    return (
        f'<svg class="scrubber" viewBox="0 0 {width} 100" preserveAspectRatio="none" role="img"'
        f' aria-label="context of each turn, at most {largest:,} tokens">{bars}</svg>\n'
    )


def _bar(session: int, place: int, turn: TurnRow, height: float) -> str:
    failed = ' class="failed"' if turn.error or turn.outcome != "complete" else ""
    y, tall = 98 - 0.98 * height, 2 + 0.98 * height  # a turn without tokens has a bar, too
    told = one_line(f"turn {turn.number:,} · {turn.usage.context:,} tokens · {turn.summary}")
    return (
        f'<a href="#{turn_name(session, turn.number)}"><title>{escaped(told)}</title>'
        f'<rect class="hit" x="{place}" y="0" width="1" height="100"/>'
        f'<rect{failed} x="{place + 0.08:.2f}" y="{y:.1f}" width="0.84" height="{tall:.1f}"/>'
        "</a>"
    )


def listed(session: int, rows: Iterable[StepRow]) -> str:
    """The list of steps beside the flow."""
    items = (
        f'<li><a class="{kind_of(row)}" href="#{step_name(session, row.position)}"><time>{offset(row.at_ms)}</time>'
        f" <b>{escaped(row.name or _word(row))}</b> {escaped(one_line(row.summary))}</a></li>\n"
        for row in rows
    )
    return f'<nav class="list" aria-label="steps"><ol>\n{"".join(items)}</ol></nav>\n'


def _word(row: StepRow) -> str:
    if row.kind.endswith("tool-result"):
        return "↳ error" if row.is_error else "↳"
    return row.role if row.kind == "text" else row.kind


def kind_of(row: StepRow) -> str:
    """The class of a step, for its colour."""
    if row.is_error or row.kind in ("error", "refusal"):
        return "error"
    if row.kind.endswith("tool-call"):
        return "call"
    if row.kind.endswith("tool-result"):
        return "result"
    return "user" if _is_asked(row) else "thinking" if row.kind == "thinking" else "text"


def _is_asked(row: StepRow) -> bool:
    return row.role == "user" and row.kind in _SAID


def _jump(row: StepRow, thread: str) -> str:
    """The letters of the keys that stop at a step; ``thread`` is that of the step before."""
    stops = {
        "u": _is_asked(row),
        "t": row.kind.endswith("tool-call"),
        "e": kind_of(row) == "error",
        "a": bool(row.thread) and row.thread != thread,
    }
    return "".join(letter for letter, there in stops.items() if there)


def turn(session: int, story: TurnStory, thread: str) -> Iterator[str]:
    """A turn with its steps; ``thread`` is that of the step before."""
    row = story.row
    yield f'<section class="turn" id="{turn_name(session, row.number)}">\n'
    yield f"<h3>turn {row.number:,} · {escaped(row.id[:12])}</h3>\n{facts(story.facts)}"
    if story.diff:
        yield f'<div class="diff"><p class="head">request against that of {escaped(story.before[:12])}</p><pre>'
        yield from map(_line, story.diff)
        if story.cut:
            yield f"… {plural(story.cut, 'more line')}: deck diff {escaped(row.id[:12])}\n"
        yield "</pre></div>\n"
    for step in story.steps:
        yield _step(session, step, _jump(step.row, thread))
        thread = step.row.thread
    yield "</section>\n"


def _step(session: int, step: StepStory, jump: str) -> str:
    row = step.row
    title = f"{offset(row.at_ms)} {step.title}" + (f" · {one_line(row.thread)}" if row.thread else "")
    text = f"<pre>{escaped(step.text)}</pre>" if step.text else ""
    return (
        f'<article class="{kind_of(row)}" id="{step_name(session, row.position)}" data-jump="{jump}">'
        f"<h4>{escaped(title)}</h4>{text}{_picture(step.block)}</article>\n"
    )


def _picture(block: Block) -> str:
    if block.kind != "image" or not isinstance(block.data, dict):
        return ""
    media, data = block.data.get("media_type"), block.data.get("data")
    if media not in _PICTURES or not isinstance(data, str) or len(data) > _LARGEST_PICTURE or not _BASE64.match(data):
        return ""
    return f'<img alt="" src="data:{media};base64,{data}">'


def _line(line: Line) -> str:
    runs = "".join(f"<{tag}>{escaped(one_line(text))}</{tag}>" for tag, text in _runs(line))
    mark = "" if line.sign == "#" else f"{line.sign} {' ' * line.indent}"
    return f'<span class="{_CLASSES.get(line.sign, "same")}">{escaped(mark)}{runs}</span>\n'


def _runs(line: Line) -> Iterator[tuple[str, str]]:
    for piece in line.pieces:
        yield _TAGS.get(piece.sign, "span") if line.sign == "~" else "span", piece.text
