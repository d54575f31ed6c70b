"""Places as one types them: turns of this session by number, as they stand on the screen, and any rev.

    12      turn 12            +100  -100    so many turns on, or back, at most to the end
    12.3    its third step     50%           the turn with half of the session's turns up to it

A number that a turn of the session has is that turn, also where a hash or a tag begins so; one that none has is a rev.
"""

import re

from deck.render import plural
from deck.tui.model import ReadModel
from deck.tui.questions import Place, Question, place_of_rev
from store.errors import NotFound

_NUMBER = re.compile(r"([0-9]{1,9})(?:\.([1-9][0-9]{0,8}))?\Z")
_SHARE = re.compile(r"([0-9]{1,3})%\Z")
_DISTANCE = re.compile(r"[+-][0-9]{1,9}\Z")
_WHOLE = 100


def place_of(typed: str, session: str, position: int) -> Question[Place]:
    """Where it leads from a position of a session. Raises what `place_of_rev` does, and `NotFound` for no such step."""

    def ask(model: ReadModel) -> Place:
        turns = model.turn_count(session)
        if _DISTANCE.match(typed):
            here = model.steps(session, position, position + 1)
            number = (here[0].turn_number if here else 0) + int(typed)
            return _turn(model, session, max(1, min(number, turns)))
        if found := _SHARE.match(typed):
            return _turn(model, session, max(1, -(-turns * min(int(found[1]), _WHOLE) // _WHOLE)))
        found = _NUMBER.match(typed)
        if found and 1 <= int(found[1]) <= turns:
            return _turn(model, session, int(found[1]), int(found[2] or 1))
        try:
            return place_of_rev(typed)(model)
        except NotFound as error:
            raise NotFound(f"{error}; this session has {plural(turns, 'turn')}" if found else str(error)) from error

    return ask


def _turn(model: ReadModel, session: str, number: int, step: int = 1) -> Place:
    """A step of a turn; a turn without steps begins where the next one does."""
    start = number - 1
    while turns := model.rows.turns(session, start=start, stop=start + 1):
        if steps := model.turn_steps(turns[0].id):
            if step > len(steps):
                raise NotFound(f"turn {turns[0].number} has {plural(len(steps), 'step')}")
            return Place(session, steps[step - 1].position)
        start += 1
    raise NotFound(f"no step is recorded from turn {number} on")
