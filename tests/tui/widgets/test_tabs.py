"""The tabs on one line."""

import pytest

from deck.tui.pages import PAGES
from deck.tui.widgets.tabs import names

TITLES = [page.title for page in PAGES]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, "1 step 2 request 3 response 4 context 5 diff 6 raw 7 headers"),
        (50, "1 step 2 requ 3 resp 4 cont 5 diff 6 raw 7 head"),
        (40, "1step 2req 3res 4con 5dif 6raw 7hea"),
        (30, "1ste 2re 3re 4co 5di 6ra 7he"),
        (15, "1 2 3 4 5 6 7"),
        (0, "1 2 3 4 5 6 7"),
    ],
)
def test_all_are_named_in_what_room_there_is(width: int, shown: str) -> None:
    assert " ".join(names(TITLES, 0, width)) == shown


@pytest.mark.parametrize("chosen", range(len(TITLES)))
@pytest.mark.parametrize("width", range(15, 90))
def test_there_is_room_for_all_and_none_is_given_away(chosen: int, width: int) -> None:
    shown = names(TITLES, chosen, width)
    assert sum(1 + len(name) for name in shown) + 1 <= width
    letters = [name[1:].lstrip() for name in shown]
    assert all(title.startswith(begun) for title, begun in zip(TITLES, letters, strict=True))
    assert letters[chosen] == TITLES[chosen] or sum(1 + len(name) for name in shown) + 1 == width
