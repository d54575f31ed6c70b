"""A commit's short-lived objects start no collection, what stays is in none, and the host's settings come back."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from addon.collector import PATIENT, leave_out_what_stays, patient


class Cycle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def collections_of(containers: int) -> int:
    started: list[str] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        started.append(phase)

    gc.callbacks.append(note)
    try:
        made = [[number] for number in range(containers)]
        assert len(made) == containers
    finally:
        gc.callbacks.remove(note)
    return started.count("start")


def test_nothing_is_collected_for_what_a_commit_makes() -> None:
    assert collections_of(5_000) > 0
    gc.collect()
    with patient():
        assert collections_of(5_000) == 0
    assert gc.get_threshold() == (700, 10, 10)


def test_a_commit_that_makes_very_much_is_collected() -> None:
    with patient():
        assert collections_of(3 * PATIENT) > 0


def test_what_fails_leaves_the_settings_as_they_were() -> None:
    with pytest.raises(OSError, match="full"), patient():
        raise OSError("full")
    assert gc.get_threshold() == (700, 10, 10)


def test_a_host_without_a_collector_stays_without() -> None:
    gc.set_threshold(0, 10, 10)
    with patient():
        assert gc.get_threshold()[0] == 0
    assert gc.get_threshold() == (0, 10, 10)


def test_what_stays_is_left_out_and_what_comes_after_it_is_still_collected() -> None:
    stays = Cycle()
    try:
        leave_out_what_stays()
        assert not any(each is stays for each in gc.get_objects())
        comes = Cycle()
        watch = weakref.finalize(comes, lambda: None)
        del comes
        gc.collect()
        assert not watch.alive
    finally:
        gc.unfreeze()
