"""How much of a text that grows is looked at, and how much of it is held back."""

import random

from secrets_planted import WORD, private_key

from store.masking.exact import Exact
from store.masking.finder import Finder
from store.masking.keywords import Keywords
from store.masking.lane import Lane
from store.masking.quiet import Signs
from store.masking.rules import builtin
from store.masking.scanner import Hit

KEYWORDS = Keywords(builtin())
HEADER = f"-----BEGIN RSA PRIVATE {'KEY'}-----\n"


class CountingFinder(Finder):
    """A finder that counts the bytes it looks at."""

    def __init__(self) -> None:
        super().__init__(KEYWORDS, Signs(KEYWORDS), Exact())
        self.looked = 0

    def look(self, text: bytes) -> tuple[list[Hit], int]:
        self.looked += len(text)
        return super().look(text)


def _grown(text: str, size: int) -> tuple[Lane, int, int]:
    """The lane after pieces of ``size``, the most that it held back, and how often each byte was looked at."""
    finder = CountingFinder()
    lane = Lane(finder, 64)
    most = 0
    for at in range(0, len(text), size):
        lane.add(text[at : at + size].encode(), [])
        most = max(most, lane.size - lane.settled)
    return lane, most, finder.looked // len(text)


def test_a_long_secret_costs_its_size_a_few_times() -> None:
    text = HEADER + "".join(random.Random(1).choices(WORD, k=18_000)) + "\n-----END\n"
    lane, most, looks = _grown(text, 4)
    assert most > 18_000
    assert looks < 40
    lane.finish()
    assert [hit.rule for hit in lane.hits] == ["private-key"]


def test_what_only_looks_like_the_beginning_of_a_key_holds_nothing_back() -> None:
    prose = "a certificate begins with -----BEGIN CERTIFICATE----- and then come lines, " * 400
    lane, most, looks = _grown(prose, 5)
    assert most < 40
    assert looks < 120
    assert not lane.hits


def test_the_marker_without_a_key_holds_back_no_longer_than_a_key_could_go_on() -> None:
    prose = HEADER + "is how one begins; what follows is prose. " * 400
    lane, most, _ = _grown(prose, 5)
    assert most < 80
    assert lane.size - lane.settled < 40


def test_a_key_is_known_when_its_last_line_is_there() -> None:
    lane, _, _ = _grown(HEADER + private_key(1) + "-----END RSA", 3)
    assert lane.settled >= len(HEADER) + len(private_key(1))
