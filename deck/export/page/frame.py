"""What stands around the content of a page: head, style, script, and a policy that lets nothing else run or load."""

import base64
import hashlib
import re
from pathlib import Path

from deck.export.page.markup import escaped

_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{\{([a-z-]+)\}\}")


def frame(title: str, note: str) -> tuple[str, str]:
    """What comes before and after the content. ``title`` and ``note`` are text."""
    style, script = _asset("page.css"), _asset("page.js")
    values = {
        "title": escaped(title),
        "note": escaped(note),
        "style": style,
        "script": script,
        "style-hash": _hash(style),
        "script-hash": _hash(script),
        "body": "\0",  # no text that is escaped holds it
    }
    page = _PLACE.sub(lambda place: values[place[1]], _asset("page.html"))
    before, after = page.split("\0")
    return before, after


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
