"""Adding up: from amounts to figures, for all chosen turns and for groups of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain

from deck.cost.money import dollars
from deck.cost.table import PriceTable, load
from deck.filters import Filter
from deck.render import plural
from deck.stats.causes import count_breaks
from deck.stats.context import count_context
from deck.stats.counts import count_costs, count_tokens, count_turns
from deck.stats.facts import read_facts
from deck.stats.loops import count_loops
from deck.stats.said import count_images, count_messages
from deck.stats.spans import count_time
from deck.stats.tools import count_tools
from deck.stats.values import Amount, Facts, Figure, Group, Report, Turn
from deck.timeline import Timeline

UNITS = {
    "sessions": "count",
    "turns": "count",
    "messages": "count",
    "prompts": "count",
    "images": "count",
    "days": "count",
    "models": "count",
    "fallbacks": "count",
    "agents": "count",
    "tokens": "tokens",
    "cache-hit": "share",
    "cache-breaks": "count",
    "cache-lost": "tokens",
    "cost": "micro-usd",
    "cost-with-one-write-price": "micro-usd",
    "cost-of-cut": "micro-usd",
    "cost-unknown": "count",
    "compactions": "count",
    "resets": "count",
    "context-lost": "tokens",
    "retries": "count",
    "errors": "count",
    "cut": "count",
    "tools": "count",
    "failures": "count",
    "loops": "count",
    "time": "ms",
}
"""The roots of all keys with their units, in the order in which they are shown."""
ALWAYS = UNITS.keys() - {
    *("models", "agents", "cache-hit", "cache-lost"),
    *("cost-with-one-write-price", "cost-of-cut", "cost-unknown"),
}
"""Roots that are shown although nothing is behind them."""
GROUPS = ("session", "project", "day", "model", "agent")

_Sums = Mapping[str, Mapping[int, int]]


def measure(
    timeline: Timeline, sessions: Sequence[str] | None = None, which: Filter | None = None, by: str = ""
) -> Report:
    """The statistics of sessions (keys), or of all, as far as a filter takes their turns; grouped by one of `GROUPS`.

    Raises `StoreError` where the user's own prices cannot be understood.
    """
    prices = load(timeline.archive.path)
    facts = read_facts(timeline.archive.index.db, sessions)
    projects = _projects(facts)
    chosen = {place for place, turn in enumerate(facts.turns) if _takes(which or Filter(), turn, projects)}
    sums = _summed(_amounts(facts, timeline, prices, chosen), chosen)
    names: defaultdict[str, set[int]] = defaultdict(set)
    if by:
        name_of = _namer(by, projects)
        for place in chosen:
            names[name_of(facts.turns[place])].add(place)
    groups = [_group(name, facts, sums, places) for name, places in names.items()]
    return Report(_group("", facts, sums, chosen), _ordered(groups, by), prices.date, prices.source)


def _amounts(facts: Facts, timeline: Timeline, prices: PriceTable, chosen: Collection[int]) -> Iterator[Amount]:
    return chain(
        count_turns(facts),
        count_messages(facts),
        count_images(facts, timeline),
        count_tokens(facts),
        count_costs(facts, prices),
        count_context(facts),
        count_breaks(facts, timeline, chosen),
        count_tools(facts),
        count_loops(facts, timeline, chosen),
        count_time(facts),
    )


def _summed(amounts: Iterable[Amount], chosen: Collection[int]) -> _Sums:
    sums: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for key, turn, much in amounts:
        if turn in chosen:
            sums[key][turn] += much
    return sums


def _group(name: str, facts: Facts, sums: _Sums, places: Collection[int]) -> Group:
    """The figures of some turns: the sums, and what does not add up over groups, which is made from them."""
    found: dict[str, Figure] = {}
    for key, parts in sums.items():
        own = {place: much for place, much in parts.items() if place in places}
        if own:
            found[key] = _figure(key, sum(own.values()), own, facts)
    turns = dict.fromkeys(sorted(places), 1)
    sessions = len({facts.turns[place].session for place in places})
    found["sessions"] = _figure("sessions", sessions, turns, facts)
    found["days"] = _days(turns, facts)
    if hit := _cache_hit(found):
        found["cache-hit"] = hit
    if "cost-unknown" in found or "cost-of-cut" in found:
        found["cost"] = _uncertain(found)
    if (one := found.get("cost-with-one-write-price")) and "tokens/cache_write_1h" not in found:
        del found[one.key]
    for key in ALWAYS - found.keys():
        found[key] = Figure(key, UNITS[key], 0, {})
    order = {root: place for place, root in enumerate(UNITS)}
    figures = sorted(found.values(), key=lambda figure: (order[figure.root], "/" in figure.key, -(figure.value or 0)))
    return Group(name, {figure.key: figure for figure in figures})


def _figure(key: str, value: float | None, parts: Mapping[int, int], facts: Facts, note: str = "") -> Figure:
    turns = {facts.turns[place].id.hex(): parts[place] for place in sorted(parts)}
    return Figure(key, UNITS[key.partition("/")[0]], value, turns, note)


def _days(turns: Mapping[int, int], facts: Facts) -> Figure:
    days = sorted({_day(facts.turns[place]) for place in turns})
    if not days:
        return Figure("days", "count", 0, {})
    calendar = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days + 1
    note = f"of {calendar}, {days[0]} to {days[-1]}" if calendar > 1 else days[0]
    return _figure("days", len(days), turns, facts, note)


def _cache_hit(found: Mapping[str, Figure]) -> Figure | None:
    """The share of the input that came from the cache, where anything went in."""
    kinds = ("tokens/input", "tokens/cache_read", "tokens/cache_write_5m", "tokens/cache_write_1h")
    given = sum(found[kind].value or 0 for kind in kinds if kind in found)
    if not given:
        return None
    read = found.get("tokens/cache_read")
    return Figure("cache-hit", "share", (read.value or 0) / given if read else 0.0, read.turns if read else {})


def _uncertain(found: Mapping[str, Figure]) -> Figure:
    """The cost where that of some turns is unknown, or a lower bound because their answers were cut."""
    known, unknown, cut = (found.get(key) for key in ("cost", "cost-unknown", "cost-of-cut"))
    value = known.value if known else None if unknown else 0
    notes = [f"and ? for {plural(len(unknown.turns), 'turn')}"] if unknown and known else []
    notes += [f"at least: {dollars(int(cut.value or 0))} of it for answers that were cut"] if cut else []
    turns = {**(known.turns if known else {}), **(dict.fromkeys(unknown.turns, 0) if unknown else {})}
    return Figure("cost", "micro-usd", value, turns, ", ".join(notes))


def _takes(which: Filter, turn: Turn, projects: Mapping[str, str]) -> bool:
    project = projects[turn.session]
    return which.takes(model=turn.model, agent=turn.client, project=project, started_ms=turn.started_ms)


def _projects(facts: Facts) -> Mapping[str, str]:
    """The working directory of each session: the first that one of its turns tells, or nothing."""
    found: dict[str, str] = {}
    for turn in facts.turns:
        found[turn.session] = found.get(turn.session) or turn.cwd
    return found


def _namer(by: str, projects: Mapping[str, str]) -> Callable[[Turn], str]:
    """What the group of a turn is called."""
    namers: dict[str, Callable[[Turn], str]] = {
        "session": lambda turn: turn.session,
        "project": lambda turn: projects[turn.session] or "?",
        "day": _day,
        "model": lambda turn: turn.model or "?",
        "agent": lambda turn: turn.client or "?",
    }
    return namers[by]


def _day(turn: Turn) -> str:
    """The local day on which a turn began; a recorded time can be any number."""
    try:
        return datetime.fromtimestamp(turn.started_ms / 1000).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return "0001-01-01"


def _ordered(groups: Sequence[Group], by: str) -> Sequence[Group]:
    """Days in their order, everything else by what it cost, then by its turns."""
    if by == "day":
        return sorted(groups, key=lambda group: group.name)
    return sorted(groups, key=lambda g: (g.figures["cost"].value or 0, g.figures["turns"].value or 0), reverse=True)
