"""The table of a run of all plays, as docs/agents.md holds it between two markers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent_judge import Found, Verdict

BEGIN = "<!-- made by `make agents`, do not edit -->"
END = "<!-- end of what `make agents` made -->"


def table(verdicts: Sequence[Verdict], versions: Mapping[str, str]) -> str:
    """A column for each play, a row for each thing that is shown, as Markdown."""
    scripts = sorted((each.played.play.script.expected for each in verdicts), key=len, reverse=True)
    parts = dict.fromkeys(move.part for moves in scripts for move in moves)
    plays = [each.played.play for each in verdicts]
    rows = [
        ["", *(f"{play.agent} {versions[play.package]}" for play in plays)],
        ["---" for _ in range(len(plays) + 1)],
        ["way to the provider", *(play.way for play in plays)],
        ["launches", *(str(len(play.launches)) for play in plays)],
        ["turns", *(_turns(each) for each in verdicts)],
        *([part, *(_part(each, part) for each in verdicts)] for part in parts),
        ["edges as scripted", *(_edges(each) for each in verdicts)],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def put(page: Path, text: str) -> None:
    """Write ``text`` between the markers of a page. Raises `ValueError` where there are none."""
    before = page.read_text(encoding="utf-8")
    head, begin, rest = before.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} does not have the markers {BEGIN} and {END}")
    page.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def _turns(verdict: Verdict) -> str:
    side = Counter(each.turn["role"] for each in verdict.found if each.heard.move is None)
    more = "".join(f", {count} {role}" for role, count in sorted(side.items()))
    return f"{sum(each.heard.move is not None for each in verdict.found)} scripted{more}"


def _part(verdict: Verdict, part: str) -> str:
    """The kinds of the edges that were found in a part, and which are wrong; or that the agent did not come so far."""
    moves = [move for move in verdict.played.play.script.expected if move.part == part]
    if not moves:
        return "–"
    missed = dict.fromkeys(move.label for move in verdict.played.play.script.missed if move.part == part)
    kinds = Counter(kind for each in verdict.of(part) for _parent, kind in each.edges)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no edges"
    wrong = [each.heard.move.label for each in verdict.of(part) if each.heard.move and not is_right(each)]
    return "; ".join(
        (
            told,
            *([f"WRONG: {', '.join(wrong)}"] if wrong else []),
            *([f"not provoked: {', '.join(missed)}"] if missed else []),
        )
    )


def is_right(found: Found) -> bool:
    """Whether a turn has the edges of its move."""
    return found.heard.move is not None and found.edges == found.heard.move.edges


def _edges(verdict: Verdict) -> str:
    scripted = sum(len(move.edges) for move in verdict.played.play.script.expected)
    right = sum(len(each.edges) for each in verdict.found if is_right(each))
    return f"{right} of {scripted}"
