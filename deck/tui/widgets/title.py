"""The title line of the timeline: session, agent, turn, hash, cost; on the right whether it plays or follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck.render import width_of
from deck.tui import palette
from deck.tui.border import Span, clean, cut
from deck.tui.following import Following
from deck.tui.playback import Playback
from deck.tui.questions import Detail, Standing
from deck.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from deck.tui.shape import Shape  # what it needs is loaded behind the first picture

_DIGITS = 9
_TITLE_AT_LEAST = 16
_TROUBLE_AT_MOST = 72


class Title(TextLine):
    """The line; it keeps the last of each thing it was told."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.standing: Standing | None = None
        self._detail: Detail | None = None
        self._shape: Shape | None = None
        self._state: list[Span] = []

    def set_standing(self, standing: Standing) -> None:
        """How far the session has come."""
        self.standing = standing
        self._draw()

    def set_detail(self, detail: Detail) -> None:
        """The step under the cursor."""
        self._detail = detail
        self._draw()

    def set_shape(self, shape: Shape) -> None:
        """The session's outline."""
        self._shape = shape
        self._draw()

    def set_state(self, following: Following, playback: Playback) -> None:
        """Whether the view follows or is pinned, and plays."""
        session = self.standing.session if self.standing else None
        words = following.words(session is not None and session.live)
        self._state = []
        if trouble := self.standing.trouble if self.standing else "":
            self._state += [(cut(clean(f"✗ {trouble}"), _TROUBLE_AT_MOST), palette.ERROR), (clean("  "), palette.PLAIN)]
        self._state += [(clean(f"{playback}  "), palette.FAINT if not playback.playing else palette.LIVE)]
        if words:
            self._state.append((clean(words), palette.LIVE if following.on else palette.PINNED))
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """What says most is kept where there is little room: the turn, the title, the cost, then hash and agent."""
        parts: dict[str, Span] = {}
        room = self.columns - sum(width_of(text) for text, _ in self._state) - 3
        session = self.standing.session if self.standing else None
        if session is not None:
            model = self._detail.turn.model if self._detail else ""
            parts["agent"] = (clean(f" · {session.client} {model}"), palette.FAINT)
        if self._detail is not None and self.standing is not None:
            turn = self._detail.turn
            parts["turn"] = (clean(f" · turn {turn.number} of {self.standing.turns}"), palette.STRONG)
            parts["hash"] = (clean(f" · {turn.id[:_DIGITS]}"), palette.FAINT)
            if cost := self._cost(turn.number):
                parts["cost"] = (clean(f" · {cost}"), palette.PLAIN)
        for name in ("agent", "hash", "cost"):
            if sum(width_of(text) for text, _ in parts.values()) + _TITLE_AT_LEAST > room:
                parts.pop(name, None)
        left = room - sum(width_of(text) for text, _ in parts.values())
        title = cut(clean(f" {session.title or session.key}" if session else " "), max(left, 1))
        self.show([(title, palette.STRONG), *parts.values()], self._state)

    def _cost(self, turn: int) -> str:
        """What this turn cost, and what all until it did of the whole; empty where nothing of that is known."""
        own = self._shape.spending.of(turn) if self._shape else None
        if own is None or self._shape is None:
            return ""
        spending = self._shape.spending
        if not spending.whole().micro_usd:
            return ""
        return f"{own}, {spending.until(turn)} of {spending.whole()} so far"
