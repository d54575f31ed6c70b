"""Which sessions the first screen shows, in which order: live ones on top, then by what the user chose."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from deck.views import SessionView


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort; ``by_day`` says that a line a day makes sense in it."""

    name: str
    key: Callable[[SessionView], float]
    by_day: bool = False


ORDERS = (
    Order("newest", lambda session: -session.last_ms, by_day=True),
    Order("oldest", lambda session: session.started_ms, by_day=True),
    Order("most turns", lambda session: -session.turns),
    Order("most tokens", lambda session: -(session.input_tokens + session.output_tokens)),
    Order("most errors", lambda session: -session.errors),
    Order("longest", lambda session: session.started_ms - session.last_ms),
)


def arrange(
    sessions: Iterable[SessionView], order: Order, words: str, day: Callable[[int], str]
) -> list[SessionView | str]:
    """The sessions that hold all ``words``, in order; a text between them names a day."""
    wanted = words.casefold().split()
    shown = [session for session in sessions if all(word in _searched(session) for word in wanted)]
    shown.sort(key=lambda session: (not session.live, order.key(session)))
    if not order.by_day:
        return list(shown)
    lines: list[SessionView | str] = []
    today = ""
    for session in shown:
        name = "" if session.live else day(session.last_ms)
        if name != today and lines:
            lines.append(name)
        today = name
        lines.append(session)
    return lines


def day_name(now_ms: int) -> Callable[[int], str]:
    """Names days as seen from now: empty for today, a weekday in the last six days, else a date."""
    today = datetime.fromtimestamp(now_ms / 1000).date()

    def name(at_ms: int) -> str:
        try:
            date = datetime.fromtimestamp(at_ms / 1000).date()
        except (ValueError, OverflowError, OSError):  # a recorded time can be any number
            return "at no real time"
        days = (today - date).days
        if days == 0:
            return "today"
        return date.strftime("%A") if 0 < days < 7 else date.isoformat()

    return name


def _searched(session: SessionView) -> str:
    return " ".join((session.title, session.client, session.key, *session.models)).casefold()
