"""Comparisons as lines."""

from deck.compare.align import Budget
from deck.compare.lines import Line, changed_lines, shown


def told(before: str, after: str, budget: Budget) -> list[str]:
    return [_told(line) for line in changed_lines(before, after, budget)]


def _told(line: Line) -> str:
    return f"{line.sign} {''.join(map(shown, line.pieces))}"


def test_a_line_that_changed_within_shows_what_did() -> None:
    assert told("one\ntopic orders-v1\n", "one\ntopic orders-v2\n", Budget()) == [
        "  one",
        "~ topic orders-[-v1-]{+v2+}",
    ]


def test_texts_that_share_a_budget_do_not_take_more_than_it_has() -> None:
    before, after = "\n".join(map(str, range(40))), "\n".join(map(str, range(1, 80, 2)))
    whole = told(before, after, Budget())
    enough = next(work for work in range(100, 10_000, 100) if told(before, after, Budget(work)) == whole)
    budget = Budget(enough)
    assert told(before, after, budget) == whole
    assert len(told(before, after, budget)) > len(whole)
