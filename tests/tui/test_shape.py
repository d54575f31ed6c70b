"""The outline of a session, walked in slices."""

from tall_model import STEPS, TallModel

from deck.tui.shape import SLICE, SLICES_A_CALL, Survey
from deck.views import StepRow, TurnRow
from store.reading import Usage


def test_a_long_session_is_walked_in_slices_and_walked_on_when_it_grows() -> None:
    model = TallModel(20_000)
    survey = Survey("tall")
    calls, complete = 0, False
    while not complete:
        complete = survey.advance(model)
        calls += 1
    shape = survey.shape()
    assert calls > 3
    assert model.longest <= SLICE
    assert len(shape.contexts) == 20_000
    assert [shape.starts[n] for n in (0, 1, 19_999)] == [0, STEPS, 19_999 * STEPS]
    asked = model.asked
    model.count += 1
    assert survey.advance(model)
    assert len(survey.shape().contexts) == 20_001
    assert model.asked - asked <= 1 + STEPS
    assert calls <= 20_000 * STEPS // (SLICE * SLICES_A_CALL) + 2


class Slow(TallModel):
    """Two steps fail, and before each of them nothing happens for a while."""

    def _step(self, position: int) -> StepRow:
        row = super()._step(position)
        late = sum(position >= at for at in (4, 10)) * 90_000
        return row._replace(at_ms=row.at_ms + late, is_error=position in (4, 10))


def test_long_waits_and_errors_are_found() -> None:
    survey = Survey("tall")
    assert survey.advance(Slow(10))
    shape = survey.shape()
    (lane,) = shape.lanes
    assert lane.lines(30) == 32
    assert lane.gap_at(lane.line_of(4) - 1) == (91_000, "model")
    assert [shape.mark(turn, turn + 1) for turn in range(1, 6)] == ["", "e", "", "e", ""]
    assert shape.mark(1, 11) == "e"


class Growing(TallModel):
    """A context that only its last turn shows to be in a window of a million tokens."""

    def _turn(self, number: int) -> TurnRow:
        usage = Usage(input=950_000 if number == self.count else 190_000)
        return super()._turn(number)._replace(model="claude-opus-4-8", usage=usage)


def test_marks_of_full_windows_are_of_the_window_that_the_label_names() -> None:
    model = Growing(2)
    survey = Survey("tall")
    assert survey.advance(model)
    assert (survey.shape().window, survey.shape().mark(1, 2), survey.shape().mark(1, 3)) == (1_000_000, "", "!")
