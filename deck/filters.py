"""Which turns are meant: the filters that commands share, and how they are written."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from deck.diagnostics import USAGE, Problem

_AGE = re.compile(r"(\d{1,6})\s*([mhdw])\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Filter(NamedTuple):
    """What a turn has to be like; what is empty or None lets everything pass. Times are Unix ms."""

    model: str = ""
    agent: str = ""
    project: str = ""
    since_ms: int | None = None
    until_ms: int | None = None

    def takes(self, *, model: str, agent: str, project: str, started_ms: int) -> bool:
        """Whether a turn passes: names hold the text in any case, and it began in the time, the end excluded."""
        return (
            self.model.lower() in model.lower()
            and self.agent.lower() in agent.lower()
            and self.project.lower() in project.lower()
            and (self.since_ms is None or started_ms >= self.since_ms)
            and (self.until_ms is None or started_ms < self.until_ms)
        )


def since(text: str | None, now_ms: int) -> int | None:
    """The moment from which something is meant: a day, a time of a day, or an age (``45m``, ``12h``, ``3d``, ``2w``).

    Days and times are local unless they name a zone. Raises `Problem`.
    """
    return None if text is None else _moment(text, now_ms)


def until(text: str | None, now_ms: int) -> int | None:
    """The moment before which something is meant, written as for `since`; a day is meant with all of its hours."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _moment(text, now_ms)
    return _unix_ms(datetime.combine(day, time.max)) + 1


def _moment(text: str, now_ms: int) -> int:
    if age := _AGE.match(text):
        return now_ms - int(timedelta(**{_UNITS[age[2]]: int(age[1])}).total_seconds() * 1000)
    return _unix_ms(_parsed(text))


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        hint = "2026-11-21, 2026-11-21T14:30, or an age: 45m, 12h, 3d, 2w"
        raise Problem(f"{text[:80]!r} is no day, time or age", hint, USAGE) from error


def _unix_ms(moment: datetime) -> int:
    try:
        return int(moment.replace(microsecond=0).timestamp()) * 1000 + moment.microsecond // 1000
    except (OverflowError, OSError, ValueError) as error:
        raise Problem(f"{moment} is out of range", code=USAGE) from error
