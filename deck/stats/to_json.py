"""Reports as plain values for ``--json``."""

from typing import Any

from deck.stats.values import Figure, Group, Report


def report_json(report: Report, by: str) -> dict[str, Any]:
    """A report; ``turns`` is how many turns are behind a figure, which `figure_json` lists."""
    members: dict[str, Any] = {
        "prices": {"date": report.price_date, "source": report.price_source},
        "figures": _figures(report.whole),
    }
    if by:
        members |= {"by": by, "groups": [{"name": group.name, "figures": _figures(group)} for group in report.groups]}
    return members


def figure_json(figure: Figure) -> dict[str, Any]:
    """A figure with the part that each turn has of it."""
    turns = [{"turn": id, "value": much} for id, much in figure.turns.items()]
    return {"key": figure.key, "unit": figure.unit, "value": figure.value, "note": figure.note, "turns": turns}


def _figures(group: Group) -> dict[str, Any]:
    return {
        figure.key: {"value": figure.value, "unit": figure.unit, "note": figure.note, "turns": len(figure.turns)}
        for figure in group.figures.values()
    }
