"""A session of 100,000 turns costs what is on the screen."""

from tall_model import SESSION, STEPS, TallModel
from tui_pilot import LARGE, running

from deck.tui.questions import PAGE, Place
from deck.tui.widgets.step_list import KEPT_PAGES, StepList

TURNS = 100_000


async def test_rows_are_asked_for_by_the_page_wherever_one_goes() -> None:
    model = TallModel(TURNS)
    made: list[TallModel] = []

    def open_model() -> TallModel:
        made.append(TallModel(TURNS))
        return made[-1]

    async with running(open_model, LARGE, Place(SESSION, 0)) as deck:
        await deck.see(f"turn 1 of {TURNS}", "step 0")
        await deck.press("G")
        await deck.see(f"turn {TURNS} of {TURNS}", f"step {TURNS * STEPS - 1}")
        await deck.press("pageup", "pageup", "k", "J", "K")
        await deck.press("colon")
        await deck.type("50000")
        await deck.press("enter")
        await deck.see(f"turn 50000 of {TURNS}", f"step {49_999 * STEPS}")
        rows = made[0]
        assert rows.longest <= 256
        assert rows.asked <= 12 * PAGE
    assert model.asked == 0


async def test_only_so_many_pages_are_kept() -> None:
    async with running(lambda: TallModel(TURNS), LARGE, Place(SESSION, 0)) as deck:
        await deck.see(f"turn 1 of {TURNS}")
        steps = deck.app.screen.query_one(StepList)
        for page in range(0, 2 * KEPT_PAGES):
            steps.fill(page * PAGE, TallModel(TURNS).steps(SESSION, page * PAGE, (page + 1) * PAGE))
        assert len(steps._pages) == KEPT_PAGES
