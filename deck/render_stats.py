"""Statistics as text: a line a figure with its key, a bar for its share, and the turns behind it where they are few."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from deck.cost.money import dollars
from deck.render import Style, bar, count, duration, padded, percent, safe, short, width_of
from deck.stats.values import Figure, Group, Report
from deck.views import TurnRow

_BAR = 16
_VALUE = 10
_KEY = 40  # width of the column; a longer key moves the rest of its line
_LONGEST_KEY = 120
_NAME = 40
_NAME_AT_LEAST = 12
_SUMMARY = 100
_ADDRESSES = 3  # so many turns behind a figure are named
_SECTIONS = (
    ("sessions", "turns"),
    ("messages", "prompts", "images", "days"),
    ("models", "fallbacks", "agents"),
    ("tokens", "cache-hit", "cache-breaks", "cache-lost"),
    ("cost", "cost-with-one-write-price", "cost-of-cut", "cost-unknown"),
    ("compactions", "resets", "context-lost", "retries", "errors", "cut"),
    ("tools", "failures", "loops"),
    ("time",),
)
_SECTION_OF = {root: place for place, roots in enumerate(_SECTIONS) for root in roots}
_NOTES = {
    "tokens/reasoning": "of those of output",
    "cache-lost": "paid for again although it had been in the cache",
    "cost-with-one-write-price": "hour-long writes priced as 5-minute ones",
    "cost-unknown": "turns without a price, or without token counts",
    "context-lost": "left the context without a compaction",
    "loops": "calls that failed again and again, nothing changed",
}


def stats_lines(report: Report, style: Style, digits: int, columns: int | None) -> Iterator[str]:
    """All figures of the whole; ``digits`` of an id are shown, for lines that are cut to ``columns``."""
    figures = report.whole.figures
    width = min(max(width_of(safe(key, newlines=False)) for key in figures), _KEY)
    for _section, group in groupby(figures.values(), lambda figure: _SECTION_OF[figure.root]):
        yield from (_line(figure, figures, style, width, digits, columns) for figure in group)
        yield ""
    yield style.faint(f"List prices of {report.price_date}. deck stats --turns KEY lists the turns behind a figure.")


def _line(
    figure: Figure, figures: Mapping[str, Figure], style: Style, width: int, digits: int, columns: int | None
) -> str:
    key = short(safe(figure.key, newlines=False), _LONGEST_KEY)
    key = padded(key, width)
    if figure.key == figure.root:
        key = style.strong(key)
    share = bar(_share(figure, figures), _BAR) if "/" in figure.key else ""
    told = [figure.note, _NOTES.get(figure.key, "") if figure.value else "", _addresses(figure, figures, digits)]
    notes = " · ".join(safe(part, newlines=False) for part in told if part)
    if share or columns is None or width + _VALUE + _BAR + width_of(notes) + 6 <= columns:
        notes = f"{share:<{_BAR}}  {notes}"
    return f"{key}  {value_text(figure):>{_VALUE}}  {notes}".rstrip()


def value_text(figure: Figure) -> str:
    """A figure's value with its unit; ``?`` where it is unknown."""
    value = figure.value
    if figure.unit == "micro-usd":
        return dollars(None if value is None else int(value))
    if value is None:
        return "?"
    match figure.unit:
        case "share":
            return percent(value, 1)
        case "ms":
            return duration(int(value))
        case _:
            return f"{int(value):,}"


def _share(figure: Figure, figures: Mapping[str, Figure]) -> float:
    """The part of its root's value, or of the turns where the root has none."""
    root = figures.get(figure.root) or figures["turns"]
    return (figure.value or 0) / root.value if root.value else 0.0


def _addresses(figure: Figure, figures: Mapping[str, Figure], digits: int) -> str:
    """The turns behind a figure, where they are few and not simply all."""
    if not 0 < len(figure.turns) <= _ADDRESSES or len(figure.turns) == len(figures["turns"].turns):
        return ""
    return "at " + ", ".join(id[:digits] for id in figure.turns)


_COLUMNS = ("turns", "prompts", "tokens", "cache-hit", "tools", "failures", "time", "cost")


def group_lines(report: Report, by: str, style: Style, columns: int | None) -> Iterator[str]:
    """One line a group and one for the whole, with a bar for the share of the cost, or of the turns where that is 0.

    Names are cut, and bars left out, where ``columns`` are too few.
    """
    groups = [*report.groups, report.whole._replace(name="all")]
    rows = [[short(safe(group.name, newlines=False), _NAME), *map(_cell, _columns(group))] for group in groups]
    heads = [by, *_COLUMNS]
    widths = [max(width_of(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    spare = _BAR + 2 if columns is None else columns - sum(widths) - 2 * len(_COLUMNS)
    widths[0] = min(widths[0], max(widths[0] + spare, _NAME_AT_LEAST))
    measure = "cost" if report.whole.figures["cost"].value else "turns"
    yield style.strong(_row(heads, widths))
    for group, row in zip(groups, rows, strict=True):
        whole = report.whole.figures[measure].value
        part = (group.figures[measure].value or 0) / whole if whole and group.name != "all" else 0.0
        yield f"{_row(row, widths)}  {bar(part, _BAR) if spare >= _BAR + 2 else ''}".rstrip()


def _columns(group: Group) -> Sequence[Figure | None]:
    return [group.figures.get(column) for column in _COLUMNS]


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.unit == "tokens":
        return count(int(figure.value or 0))
    uncertain = " + ?" if figure.key == "cost" and figure.note.startswith("and ?") else ""
    return value_text(figure) + uncertain


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        padded(short(cell, width), width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()


def turn_lines(figure: Figure, rows: Sequence[TurnRow], style: Style, digits: int) -> Iterator[str]:
    """The turns behind a figure: what each has of it, its id, what it is."""
    parts = figure._replace(unit="tokens") if figure.unit == "share" else figure
    amounts = [value_text(parts._replace(value=figure.turns[row.id])) for row in rows]
    width = max((len(amount) for amount in amounts), default=0)
    for row, amount in zip(rows, amounts, strict=True):
        summary = short(safe(row.summary or row.outcome, newlines=False), _SUMMARY)
        yield f"{amount:>{width}}  {style.id(row.id[:digits])}  {summary}"
