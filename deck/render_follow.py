"""A step as one line, for following a capture."""

import time

from deck.follow import Followed
from deck.render import Style, padded, safe, short
from deck.render_log import short_thread
from deck.render_turn import block_title

_DIGITS = 7  # of a turn's id
_KEY = 8  # of a session's key
_SUMMARY = 120


def followed_line(followed: Followed, style: Style) -> str:
    """Time, session, address, kind and summary."""
    turn, step = followed.turn, followed.step
    who = padded(safe(turn.session[:_KEY], newlines=False), _KEY)
    if turn.thread:
        who += f" sub {safe(short_thread(turn.thread), newlines=False)}"
    address = style.id(f"{turn.id[:_DIGITS]}:{step.number}" if step else turn.id[:_DIGITS])
    if step is None:
        told, said = safe(turn.role, newlines=False), turn.error or turn.summary or turn.outcome
    else:
        title = safe(block_title(step), newlines=False) + (" ✗" if step.is_error else "")
        colour = "error" if step.is_error else step.role if step.kind == "text" else step.kind
        told, said = style.kind(colour, title), step.summary
    return f"{_clock(followed.at_ms)}  {who}  {address}  {told}  {short(safe(said, newlines=False), _SUMMARY)}".rstrip()


def _clock(at_ms: int) -> str:
    """The time of the day, to the second."""
    try:
        return time.strftime("%H:%M:%S", time.localtime(at_ms / 1000))
    except (ValueError, OverflowError, OSError):  # a recorded time can be any number
        return "--:--:--"
