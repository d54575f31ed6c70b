"""Rows of steps as a list tells them: a result says of which tool it is, and what failed, not only with which code."""

import re

from deck.tui.model import ReadModel
from deck.views import StepRow
from store.errors import StoreError
from store.summary import SUMMARY_CHARACTERS

_ONLY_A_CODE = re.compile(r"Exit code:? \d+\Z")
_SHELL = re.compile(r"(?:/\S*/)?(?:ba|da|k|z)?sh: ?(?:(?:line )?\d+: )?")
"""What a shell puts before what it says: its name, often with all of its path, and a line."""

_LOOKED_AT = 20_000  # characters of a result


def told_steps(model: ReadModel, session: str, start: int, stop: int) -> list[StepRow]:
    """The steps at positions ``start`` to ``stop`` (excluded); results have the names of their tools."""
    return [_told(model, session, row) for row in model.steps(session, start, stop)]


def _told(model: ReadModel, session: str, row: StepRow) -> StepRow:
    if not row.kind.endswith("tool-result"):
        return row
    call = None if row.name else model.rows.joined(row, session)
    if call is not None:
        row = row._replace(name=call.name)
    if not row.is_error or not _ONLY_A_CODE.match(row.summary):
        return row
    words = (row.summary, _SHELL.sub("", _said_next(model, row), count=1))
    return row._replace(summary=" · ".join(filter(None, words))[:SUMMARY_CHARACTERS])


def _said_next(model: ReadModel, row: StepRow) -> str:
    """The line after the one that is the summary; none where the result is damaged, which its page tells."""
    try:
        text = model.step(row).block.text
    except StoreError:
        return ""
    lines = (line.strip() for line in text[:_LOOKED_AT].splitlines())
    return next((line for line in lines if line and line != row.summary), "")
