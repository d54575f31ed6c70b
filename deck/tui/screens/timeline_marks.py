"""What a person puts on a session: one mark, which lasts as long as the app, and stars, which the archive keeps."""

from textual.message import Message

from deck.render import plural, short
from deck.tui import questions
from deck.tui.border import clean
from deck.tui.pages import DIFF
from deck.tui.screens.timeline_view import TimelineView
from deck.tui.shared import Marked
from deck.tui.stars import Star, put_star, take_stars
from deck.tui.widgets.detail_pane import DetailPane
from deck.tui.widgets.prompt import Prompt
from deck.tui.widgets.step_list import StepList
from deck.views import StepRow

_SHORT = 120
"""Characters of a note on the bottom line; the step page has all of it."""


class TimelineMarks(TimelineView):
    """The screen with the keys for marks and stars."""

    _starred: StepRow | None = None
    """The step that a note is being typed for."""

    class Elsewhere(Message):
        """The user wants to see a place of another session."""

        def __init__(self, place: questions.Place) -> None:
            super().__init__()
            self.place = place

    def action_page(self, page: int) -> None:
        self.query_one(DetailPane).choose(page)
        self._show_detail()

    async def action_mark(self) -> None:
        row = await self._step_here()
        if row is None:
            return
        before = self._shared.marked
        if before is not None and before.turn == row.turn:
            self._shared.marked = None
            self._say(f"turn {row.turn_number} is no longer marked")
        else:
            self._shared.marked = Marked(self._session, row.position, row.turn, row.turn_number)
            self._say(f"turn {row.turn_number} is marked: D compares with it, ' comes back to it")
        self._show_marks()

    def action_to_mark(self) -> None:
        marked = self._shared.marked
        if marked is None:
            self._say("no turn is marked; m marks one")
        else:
            self._visit(questions.Place(marked.session, marked.position))

    def action_diff(self, against: str) -> None:
        """Open the diff page against the turn before, or against the marked one."""
        marked = self._shared.marked
        if against == "marked" and marked is None:
            self._say("no turn is marked; m marks one, D then compares with it")
            return
        self._viewing = self._viewing._replace(marked=marked.turn if marked and against == "marked" else "")
        self.action_page(DIFF)

    def _visit(self, place: questions.Place) -> None:
        """Go to a place, of this session or of another, whichever lane it is in."""
        if place.session != self._session:
            self.post_message(self.Elsewhere(place))
            return
        self._go_exactly(place.position)

    def action_next_star(self) -> None:
        if self._shape is None or not self._stars:
            self._say("no step has a star; s puts one")
            return
        starts = self._shape.starts
        places = {starts[star.turn_number - 1] + star.place[1] - 1: star for star in reversed(self._stars)}
        at = self.query_one(StepList).position
        place = min(places, key=lambda place: (place <= at, place))
        self._go_exactly(place, f"★ {short(clean(places[place].note.text), _SHORT)}")

    async def action_star(self) -> None:
        self._starred = await self._step_here()
        if self._starred is not None:
            await self._ask_user(Prompt("star", "a note for the star; it may be empty", self._note_of(self._starred)))

    async def action_unstar(self) -> None:
        row = await self._step_here()
        if row is not None:
            self.run_worker(self._take_stars(row), group="star")

    async def _take_stars(self, row: StepRow) -> None:
        taken = await self._ask(self._readers.documents, take_stars(row.turn, row.number))
        if taken:
            self._say("the star is off" if taken == 1 else f"{plural(taken, 'star')} are off")
            self._show_beside()
        elif taken is not None:
            self._say(f"this step has no star{self._where_stars_are(row)}")

    def _where_stars_are(self, row: StepRow) -> str:
        """Which other steps of a step's turn have a star, the turn being all that the outline marks."""
        steps = sorted({step for turn, step in (star.place for star in self._stars) if turn == row.turn} - {row.number})
        if not steps:
            return ""
        are = "the star is on step" if len(steps) == 1 else "stars are on steps"
        return f"; {are} {', '.join(map(str, steps))} of this turn"

    def _note_of(self, row: StepRow) -> str:
        """The note of a step's star, as it can be shown and typed."""
        star = self._star_of(row)
        return clean(star.note.text) if star else ""

    def _put_star(self, text: str) -> None:
        """Star the step that was under the cursor when the note was asked for; it may have moved on since."""
        row = self._starred
        if row is None:
            return
        if text and text == self._note_of(row):  # it may be another text than what was shown of it
            self._say("the star stays as it is")
        else:
            star = self._star_of(row)
            question = put_star(row.turn, row.number, text, star.note if star else None)
            self.run_worker(self._change(question, f"starred: {text}" if text else "starred"), group="star")

    async def _change(self, question: questions.Question[bool], said: str) -> None:
        done = await self._ask(self._readers.documents, question)
        if done is not None:
            self._say(said if done else "this step has got a star meanwhile; s changes its note")
            self._show_beside()

    def _star_of(self, row: StepRow) -> Star | None:
        """The star of a step."""
        return next((star for star in self._stars if star.place == (row.turn, row.number)), None)
