"""Turns as titles and texts, for the formats that people read. Every text is shown as on a terminal: nothing invisible.

A step stands once, in the turn that brought it: a tool's result where it was sent, not where it was asked for.
"""

from collections.abc import Iterator
from typing import NamedTuple

from deck.compare.lines import Line
from deck.compare.report import turn_lines
from deck.export.chosen import Share
from deck.render import duration, plural, safe, wall_time
from deck.render_turn import block_text, block_title, usage_text
from deck.timeline import Timeline
from deck.views import SessionView, StepRow, TurnRow
from store.reading import Block

DIFF_LINES = 200  # of a turn; what is new in full is in its steps
_HINT = "deck diff --exact shows it"


class Facts(NamedTuple):
    """(name, value) of what is told of a session or turn besides its content; safe to show on a line."""

    pairs: tuple[tuple[str, str], ...]


class StepStory(NamedTuple):
    """A step: its row, its block, a title of a few words and its text, both safe to show."""

    row: StepRow
    block: Block
    title: str
    text: str


class TurnStory(NamedTuple):
    """A turn: its row, facts, steps, and how its request differs from the one before, none for a session's first."""

    row: TurnRow
    facts: Facts
    steps: tuple[StepStory, ...]
    before: str
    diff: tuple[Line, ...]
    cut: int  # lines of the comparison that are left out


def session_title(share: Share) -> str:
    """A session's title, safe to show on a line."""
    return one_line(share.session.title) or one_line(share.session.key)


def session_facts(share: Share) -> Facts:
    """What is told of a session."""
    view = share.session
    shown = f"{view.turns:,}" if share.is_whole else f"{len(share.turns):,} of {view.turns:,}"
    agents = f", {plural(view.threads, 'subagent')}" if view.threads else ""
    return _facts(
        ("session", view.key),
        ("agent", f"{view.client} {view.version}".strip()),
        ("model", ", ".join(view.models)),
        ("turns", shown + agents),
        ("tokens", _tokens(view)),
        ("began", wall_time(view.started_ms)),
        ("took", duration(view.last_ms - view.started_ms)),
        ("ended", view.outcome),
    )


def _tokens(view: SessionView) -> str:
    """What was reported, in full figures."""
    read, got = ("?" if each is None else f"{each:,}" for each in (view.input_tokens, view.output_tokens))
    return (
        f"{read} in, {view.cached_tokens:,} of them cached, {got} out" if view.input_tokens else f"{read} in, {got} out"
    )


def turn_story(timeline: Timeline, row: TurnRow, *, compare: bool) -> TurnStory:
    """A turn with its steps; ``compare`` also with the turn before."""
    steps = tuple(_step(timeline, step) for step in timeline.turn_steps(row.id))
    before, lines = _diff(timeline, row) if compare else ("", [])
    return TurnStory(row, _turn_facts(row), steps, before, tuple(lines[:DIFF_LINES]), max(len(lines) - DIFF_LINES, 0))


def _turn_facts(row: TurnRow) -> Facts:
    edges = (("follows", f"{edge.kind} {edge.turn[:12]}") for edge in row.parents)
    return _facts(
        ("hash", row.id),
        ("agent", row.thread),
        ("role", "" if row.role in ("main", "sub") else row.role),
        ("model", row.model),
        ("began", wall_time(row.started_ms)),
        ("took", duration(row.duration_ms)),
        ("outcome", " · ".join(filter(None, (row.outcome, row.stop_reason)))),
        ("tokens", usage_text(row.usage)),
        ("error", row.error),
        *edges,
    )


def _facts(*pairs: tuple[str, str]) -> Facts:
    return Facts(tuple((name, one_line(value)) for name, value in pairs if value))


def _step(timeline: Timeline, row: StepRow) -> StepStory:
    step = timeline.step(row)
    title = block_title(step.block, of=step.call.name if step.call else "") + (" (error)" if row.is_error else "")
    return StepStory(row, step.block, one_line(title), "\n".join(block_text(step.block)))


def _diff(timeline: Timeline, row: TurnRow) -> tuple[str, list[Line]]:
    found = timeline.turn_before(row.id)
    if found is None:
        return "", []
    before, _edge = found
    return before, list(turn_lines(timeline.compare_turns(before, row.id), exact=False, brief=True, hint=_HINT))


def turn_stories(timeline: Timeline, share: Share, *, compare: bool) -> Iterator[TurnStory]:
    """The chosen turns of a session."""
    return (turn_story(timeline, row, compare=compare) for row in share.turns)


def one_line(text: str) -> str:
    """A text that is safe to show on a line."""
    return safe(text, newlines=False)
