"""The pace of playing."""

from deck.tui.playback import LONGEST_WAIT_MS, SPEEDS, Playback


def test_a_short_wait_is_played_as_it_was() -> None:
    assert Playback().wait(1_000, 1_500).seconds == 0.5
    assert Playback().wait(1_000, 1_500).note == ""


def test_a_long_wait_is_cut_and_that_is_said() -> None:
    wait = Playback().wait(0, 31_000)
    assert wait.seconds == LONGEST_WAIT_MS / 1000
    assert wait.note == "31.0 s wait, shown as 2.0 s"


def test_speed_shortens_waits() -> None:
    playback = Playback()
    playback.change_speed(1)
    assert str(playback) == "■ 2×"
    assert playback.wait(0, 3_000).seconds == 1.5


def test_speed_has_ends() -> None:
    playback = Playback()
    playback.change_speed(100)
    assert playback.speed == SPEEDS[-1]
    playback.change_speed(-100)
    assert playback.speed == SPEEDS[0]


def test_parallel_threads_that_go_back_in_time_do_not_wait() -> None:
    assert Playback().wait(5_000, 1_000).seconds == 0
