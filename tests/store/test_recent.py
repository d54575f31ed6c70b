"""The latest of many things that go on at once."""

from functools import partial

from store.recent import Recent


def of(*names: str) -> Recent[str]:
    """What is kept after these came; the first letter says what one goes on with."""
    recent: Recent[str] = Recent(len)
    for name in names:
        recent.remember(name, partial(goes_on, name))
    return recent


def goes_on(new: str, earlier: str) -> bool:
    return new[0] == earlier[0]


def test_of_each_the_latest_is_kept_the_latest_of_all_first() -> None:
    assert of("a1", "b1", "a2", "c1", "b2").latest_first == ["b2", "c1", "a2"]


def test_what_does_not_go_on_is_forgotten() -> None:
    assert of("a", *(f"b{number}" for number in range(64))).latest_first == ["b63", "a"]
    assert of("a", *(f"b{number}" for number in range(65))).latest_first == ["b64"]


def test_of_many_that_go_on_none_is_forgotten_for_being_slow() -> None:
    names = [f"{chr(0x4E00 + number)}{turn}" for turn in range(5) for number in range(60)]
    assert len(of(*names).latest_first) == 60


def test_there_are_bounds_and_the_latest_is_always_kept() -> None:
    assert len(of(*(chr(0x4E00 + number) for number in range(99))).latest_first) == 64
    large = [chr(0x4E00 + number) * (3 << 20) for number in range(5)]
    assert [each[0] for each in of(*large).latest_first] == [large[4][0], large[3][0], large[2][0]]
    huge = "h" * (9 << 20)
    assert of("a", huge).latest_first == [huge, "a"]
    assert of(huge, "a").latest_first == ["a"]
