"""Markdown to read: every recorded text in a fence that it cannot end, every name with its marks escaped."""

import re
from collections.abc import Iterator

from deck.export.chosen import Chosen
from deck.export.story import Facts, StepStory, TurnStory, session_facts, session_title, turn_stories
from deck.render import offset

IS_TEXT = True
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#!|~&$^@])")
_TICKS = re.compile(r"`+")


def written(chosen: Chosen) -> Iterator[bytes]:
    """The file, turn by turn."""
    for share in chosen.shares:
        yield f"# {_escaped(session_title(share))}\n\n{_listed(session_facts(share))}\n".encode()
        for turn in turn_stories(chosen.timeline, share, compare=False):
            yield _turn(turn).encode()


def _turn(turn: TurnStory) -> str:
    steps = "".join(map(_step, turn.steps))
    return f"## Turn {turn.row.number:,}\n\n{_listed(turn.facts)}\n{steps}"


def _step(step: StepStory) -> str:
    heading = f"### {_escaped(f'{offset(step.row.at_ms)} {step.title}')}\n\n"
    return heading + (fenced(step.text) if step.text else "")


def _listed(facts: Facts) -> str:
    return "".join(f"- {name}: {_escaped(value)}\n" for name, value in facts.pairs)


def _escaped(text: str) -> str:
    """Text in a line that no mark in it changes."""
    return _MARKS.sub(r"\\\1", text)


def fenced(text: str) -> str:
    """A text in a fence that is longer than any run of its marks."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n\n"
