"""The title line of the timeline: session, agent and model, turn, hash; on the right whether it plays or follows."""

from deck.tui import palette
from deck.tui.border import Span, clean
from deck.tui.following import Following
from deck.tui.playback import Playback
from deck.tui.questions import Detail, Standing
from deck.tui.widgets.text_line import TextLine


class Title(TextLine):
    """The line; it keeps the last of each thing it was told."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.standing: Standing | None = None
        self._detail: Detail | None = None
        self._state: list[Span] = []

    def set_standing(self, standing: Standing) -> None:
        """How far the session has come."""
        self.standing = standing
        self._draw()

    def set_detail(self, detail: Detail) -> None:
        """The step under the cursor."""
        self._detail = detail
        self._draw()

    def set_state(self, following: Following, playback: Playback) -> None:
        """Whether the view follows or is pinned, and plays."""
        session = self.standing.session if self.standing else None
        words = following.words(session is not None and session.live)
        self._state = [(clean(f"{playback}  "), palette.FAINT if not playback.playing else palette.LIVE)]
        if words:
            self._state.append((clean(words), palette.LIVE if following.on else palette.PINNED))
        self._draw()

    def _draw(self) -> None:
        session = self.standing.session if self.standing else None
        left: list[Span] = []
        if self._detail is not None and self.standing is not None:
            turn = self._detail.turn
            left.append((clean(f" turn {turn.number} of {self.standing.turns} "), palette.STRONG))
            left.append((clean(f"· {turn.id[:12]} · {turn.model} "), palette.FAINT))
        if session is not None:
            left.append((clean(f"· {session.title or session.key} "), palette.STRONG))
            left.append((clean(f"· {session.client} {session.version}"), palette.FAINT))
        self.show(left, self._state)
