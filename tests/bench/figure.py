"""A figure: what was measured, against what, and whether it is good enough (design, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a figure compares with what was asked for."""

    AIM = "aim"
    ENOUGH = "enough"
    MISSED = "MISSED"
    TOLD = "-"  # told for comparison, nothing was asked for


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. Words are as they are printed."""

    what: str
    measured: str
    reference: str
    result: str
    at_least: str = ""
    aim: str = ""
    verdict: Verdict = Verdict.TOLD

    def row(self) -> tuple[str, ...]:
        """As cells."""
        return (self.what, self.measured, self.reference, self.result, self.at_least, self.aim, self.verdict.value)


HEAD = ("what", "measured", "reference", "result", "at least", "aim", "")


def below(value: float, at_least: float, aim: float) -> Verdict:
    """A verdict where less is better."""
    return Verdict.AIM if value <= aim else Verdict.ENOUGH if value <= at_least else Verdict.MISSED


def above(value: float, at_least: float, aim: float) -> Verdict:
    """A verdict where more is better."""
    return Verdict.AIM if value >= aim else Verdict.ENOUGH if value >= at_least else Verdict.MISSED


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
