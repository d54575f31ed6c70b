"""Comparisons as text for a terminal. Everything captured passes `deck.render.safe` here."""

from collections.abc import Iterator

from deck.compare.folding import Fold, folded
from deck.compare.lines import Line, brief_lines, piece_lines, shown
from deck.compare.parting import first_lines, parting_text
from deck.compare.report import turn_lines
from deck.compare.tally import Tally
from deck.compare.values import SessionDiff, StepPair, TextDiff, TurnDiff
from deck.render import Style, padded, plural, safe, short
from deck.views import StepRow, TurnRow

_CONTEXT = 2  # steps around those that differ


def diff_lines(
    diff: TurnDiff | SessionDiff | TextDiff, style: Style, digits: int, *, exact: bool, columns: int, fold: str = ""
) -> Iterator[str]:
    """Lines of a comparison that found something; ``digits`` of an id are shown in columns.

    Two sessions stand side by side in so many ``columns``; what is not side by side can be longer. ``fold`` says how
    what is long and only in one of them is unfolded; where it is empty nothing is folded.
    """
    match diff:
        case TurnDiff():
            follows = diff.edge or ("" if diff.after.parents else "begins a thread")
            yield from _sides(_turn(diff.before), " · ".join(filter(None, (_turn(diff.after), follows))), style)
            yield from (_painted(line, style) for line in turn_lines(diff, exact=exact))
        case SessionDiff():
            before, after = diff.recorded
            yield from _sides(_session(diff.before, before), _session(diff.after, after), style)
            yield style.strong(safe(parting_text(diff), newlines=False))
            yield from _side_by_side(diff.steps, style, digits, columns)
            found = first_lines(diff, exact=exact)
            yield from (_painted(line, style) for line in (brief_lines(found, fold) if fold else found))
        case TextDiff():
            yield from _sides(diff.before, diff.after, style)
            yield from (_painted(line, style) for line in piece_lines(diff.pieces))


def stat_lines(tallies: list[Tally]) -> Iterator[str]:
    """One line a part: what was added, dropped and changed, and what is the same."""
    width = max((len(each.part) for each in tallies), default=0)
    for each in tallies:
        same = f" ({plural(each.same, each.unit)} the same)" if each.same else ""
        told = ", ".join(_figures(each)) or "nothing new"
        yield f" {safe(each.part, newlines=False):<{width}} | {told}{same}"


def _figures(each: Tally) -> Iterator[str]:
    for number, word in ((each.added, "added"), (each.dropped, "dropped"), (each.changed, "changed")):
        if number:
            yield f"{plural(number, each.unit)} {word}"


def _sides(before: str, after: str, style: Style) -> Iterator[str]:
    for signs, sign, text in (("---", "-", before), ("+++", "+", after)):
        yield style.sign(sign, f"{signs} {safe(text, newlines=False)}")


def _turn(row: TurnRow) -> str:
    return f"turn {row.id} · turn {row.number:,} of {row.session}"


def _session(line: tuple[TurnRow, ...], recorded: int) -> str:
    name = line[-1].session
    own = sum(1 for turn in line if turn.session == name)
    turns = plural(recorded, "turn")
    told = turns if own == recorded else f"{own:,} of {turns}, the main line"
    if own < len(line):
        told += f", after {len(line) - own:,} of another session"
    return f"session {name} · {told} · {line[0].summary}"


def _painted(line: Line, style: Style) -> str:
    if line.sign == "#":
        return "\n" + style.strong(safe(shown(line.pieces[0]), newlines=False))
    margin = " " * (line.indent + 1)
    if line.sign == "~":
        runs = (style.sign("" if piece.sign == "=" else piece.sign, _safe(shown(piece))) for piece in line.pieces)
        return f"~{margin}{''.join(runs)}"
    text = _safe("".join(piece.text for piece in line.pieces))
    return style.sign(line.sign, f"{line.sign}{margin}{text}".rstrip())


def _safe(text: str) -> str:
    return safe(text, newlines=False)


def _side_by_side(pairs: tuple[StepPair, ...], style: Style, digits: int, columns: int) -> Iterator[str]:
    """Two columns of steps with their addresses; runs of equal ones folded."""
    width = max((columns - 7) // 2, 20)
    if not pairs:
        return
    yield "\n" + style.strong("step by step")
    for pair in folded(pairs, lambda pair: pair.sign != "=", _CONTEXT):
        if isinstance(pair, Fold):
            yield style.sign("=", f"= {plural(pair.number, 'step')}")
            continue
        left, right = (_cell(row, digits, width) for row in (pair.before, pair.after))
        yield style.sign(pair.sign, f"{pair.sign} {padded(left, width)} │ {right}".rstrip())


def _cell(row: StepRow | None, digits: int, width: int) -> str:
    if row is None:
        return ""
    what = row.name or {"tool-result": "↳ error" if row.is_error else "↳ ok"}.get(row.kind, "")
    what = what or (row.kind if row.kind != "text" else row.role)
    return short(_safe(f"{row.turn[:digits]}:{row.number} {what}  {row.summary}"), width)
