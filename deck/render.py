"""The border between captured text and a terminal, and the few forms that all text output shares.

Everything that was recorded is hostile: an answer may hold escape sequences that move the cursor, retitle the
window or write to the clipboard, and characters that hide or reorder what is read. `safe` is the one way from
captured text to a screen. It shows every control and format character of Unicode, so no sequence has to be known.
"""

import json
import math
import os
import re
import sys
from collections.abc import Mapping
from typing import IO, Any

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible: soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidirectional controls
    "\u2800\u3164\ufeff\uffa0\ufff0-\uffff"  # blanks that are no spaces, byte order mark, specials
    "\ud800-\udfff"  # lone surrogates: no UTF-8 terminal can take them
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # format characters of some scripts
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format controls, tags
    "]"
)
_PAINT = re.compile(r"(\x1b\[[0-9;]*m)")  # what `Style` writes
_NARROW = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02af\u2190-\u21ff\u2500-\u259f…⏎]*"
)  # one cell each, known without tables
_TAB = "    "
_EIGHTHS = " ▏▎▍▌▋▊▉"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe(text: str, *, newlines: bool = True) -> str:
    """``text`` with everything that could drive or deceive a terminal shown as a visible escape (``\\x1b``).

    Tabs become four spaces and CRLF becomes LF. A newline stays one, or with ``newlines=False`` (text that must
    fit on one line) is shown as ``⏎``.
    """
    if text.isprintable() and text.isascii():
        return text
    text = text.replace("\r\n", "\n").replace("\t", _TAB)
    if not newlines:
        text = text.replace("\n", "⏎")
    return _UNSAFE.sub(_escape, text)


def wants_colour(stream: IO[str], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to ``stream``: a terminal, and neither NO_COLOR nor a dumb one."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


class Style:
    """Names for the few ANSI styles; each method gives the text back unchanged where colour is off.

    The palette stays apart for colour-blind eyes and in 16 colours; nothing is told by colour alone.
    """

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def _paint(self, codes: str, text: str) -> str:
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and text else text

    def strong(self, text: str) -> str:
        """Headings and what one looks for first."""
        return self._paint("1", text)

    def faint(self, text: str) -> str:
        """What is there for completeness."""
        return self._paint("2", text)

    def id(self, text: str) -> str:
        """Object ids."""
        return self._paint("33", text)

    def kind(self, kind: str, text: str) -> str:
        """Text in the colour of a step's kind; ``user`` and ``error`` count as kinds here."""
        return self._paint(_KIND_CODES.get(kind, "0"), text)

    def found(self, text: str) -> str:
        """What was looked for."""
        return self._paint("1;31", text)

    def sign(self, sign: str, text: str) -> str:
        """Text that was dropped (``-``), added (``+``) or is the same (``=``); any other stays as it is."""
        return self._paint(_SIGN_CODES[sign], text) if sign in _SIGN_CODES else text


_SIGN_CODES = {"-": "33", "+": "36", "=": "2"}
_KIND_CODES = {
    "user": "1;36",
    "thinking": "2;3",
    "tool-call": "34",
    "server-tool-call": "34",
    "tool-result": "0",
    "error": "1;31",
    "refusal": "1;31",
}


def style_for(stream: IO[str] | None = None) -> Style:
    """The style for a stream, stdout unless told otherwise."""
    return Style(wants_colour(stream or sys.stdout))


def indent(text: str, by: str = "    ") -> str:
    """Every line of ``text`` moved to the right."""
    return "\n".join(by + line if line else line for line in text.split("\n"))


def json_block(value: Any, *, compact: bool = False) -> str:
    """A parsed JSON value as text for a terminal, indented unless ``compact`` or very deep."""
    for indented in (None,) if compact else (2, None):
        try:
            return safe(json.dumps(value, indent=indented, ensure_ascii=False))
        except RecursionError:
            continue
    return "(nested too deeply to show)"


def width_of(text: str) -> int:
    """Cells that a safe text takes on a terminal: two for a wide character, none for one that joins the one before."""
    if _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len  # its tables cost more than most commands

    return cell_len(text)


def short(text: str, width: int) -> str:
    """What fits into ``width`` cells of a safe text, with an ellipsis where something is cut off."""
    if width_of(text) <= width:
        return text
    if _NARROW.fullmatch(text):
        return text[: max(width - 1, 0)] + "…"
    from rich.cells import set_cell_size

    return set_cell_size(text[: 2 * width], max(width - 1, 0)) + "…"


def padded(text: str, width: int) -> str:
    """A safe text with blanks behind it up to ``width`` cells."""
    return text + " " * (width - width_of(text))


def cut(line: str, width: int) -> str:
    """What fits into ``width`` cells of a line of `Style` and safe text."""
    found, left = "", width
    for place, piece in enumerate(_PAINT.split(line)):
        if place % 2:  # what paints takes no room
            found += piece
        else:
            found += short(piece, left) if left or not piece else ""
            left -= min(width_of(piece), left)
    return found


def count(number: int) -> str:
    """A number for a narrow column: 999, 1.5k, 41k, 1.9M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if number >= size:
            value = number / size
            return f"{value:.1f}{unit}" if value < 10 else f"{value:.0f}{unit}"
    return str(number)


def reported(number: int | None) -> str:
    """`count` of a figure that a provider may not have told: then ``?``."""
    return "?" if number is None else count(number)


def plural(number: int, noun: str) -> str:
    """``1 turn``, ``2 turns``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(part: float, whole: float) -> str:
    """A share as ``89%``, in every list and figure, never rounded up: 100% is all of it."""
    return f"{math.floor(round(part * 100 / whole, 6))}%"  # 0.57 * 100 is a little less than 57


def bar(share: float, width: int) -> str:
    """A share (0 to 1) as a bar of at most ``width`` cells; what is more than nothing is seen."""
    whole, rest = divmod(round(min(max(share, 0.0), 1.0) * width * len(_EIGHTHS)), len(_EIGHTHS))
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")) or ("▏" if share else "")


def duration(ms: int | None) -> str:
    """A span in words: 240 ms, 3.2 s, 4m 10s, 2h 5m, 3d 4h; empty where it is unknown."""
    if ms is None:
        return ""
    if ms < 1000:
        return f"{ms} ms"
    seconds = ms // 1000
    if seconds < 60:
        return f"{ms / 1000:.1f} s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60}s"
    if seconds < 86400:
        return f"{seconds // 3600}h {seconds % 3600 // 60}m"
    return f"{seconds // 86400}d {seconds % 86400 // 3600}h"


def offset(ms: int) -> str:
    """A place in a session: ``[0:12]``, past an hour ``[1:02:03]``."""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"[{hours}:{minutes:02}:{seconds:02}]" if hours else f"[{minutes}:{seconds:02}]"


def wall_time(ms: int) -> str:
    """A moment as local time with its zone, to the second."""
    import time

    try:
        return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(ms / 1000))
    except (ValueError, OverflowError, OSError):  # a recorded time can be any number
        return f"{ms} ms"
