"""The bottom line."""

import pytest
from textual.app import App, ComposeResult
from tui_pilot import screen_text

from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.widgets.status import Status
from deck.tui.widgets.step_list import StepList

WHERE = "turn 10 · step 1/3"
CONTEXT_FITS_IN = len(
    f" j k move  J K turn  space play  e E error  t T tool  u U user  a A agent  x context  ? help  q back {WHERE} "
)


class Line(App[None]):
    """A bottom line alone."""

    def compose(self) -> ComposeResult:
        yield Status([*StepList.BINDINGS, *TIMELINE_KEYS])


@pytest.mark.parametrize(("columns", "fits"), [(CONTEXT_FITS_IN, True), (CONTEXT_FITS_IN - 1, False)])
async def test_a_key_is_named_where_there_is_room_for_it_to_the_cell(columns: int, fits: bool) -> None:
    assert CONTEXT_FITS_IN <= 120
    app = Line()
    async with app.run_test(size=(columns, 3)) as pilot:
        app.query_one(Status).set_where(WHERE)
        await pilot.pause()
        line = screen_text(app).split("\n")[0]
        assert line.rstrip().endswith(WHERE) and " q back " in line and "…" not in line
        assert ("x context" in line) == fits
