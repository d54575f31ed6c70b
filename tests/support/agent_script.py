"""What a scripted provider says to a real agent, and which turn each request goes on from.

The script is the only source of what is expected: a `Move` says what is in the request that it answers, what it
answers, and what its turn's parents are. Nothing here knows how turns are linked.
"""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_server import Asked, Served

Edge = tuple[str, str]  # (label of the parent, kind of the edge)
CALLS = ("/messages", "/messages/count_tokens", "/responses", "/responses/compact")
"""How the paths of model calls end. Agents ask their providers for other things too, which are no turns."""


@dataclass(frozen=True)
class Call:
    """A tool call of an answer; ``text`` is the input of a tool that takes text in place of JSON."""

    id: str
    name: str
    given: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Move:
    """The answer to the first request that ends with ``on``, for which no earlier move of the script is left.

    Moves with the same label are what different versions of an agent may do there; one of them is made.
    ``on`` stands in what the request says last: a prompt, or the id of a call whose result comes back. ``part`` is what
    the turn is there to show. Moves with the same ``session`` are of one session, others of another. ``status`` is that
    of a refusal, ``size`` the tokens that the context is said to have.
    """

    label: str
    on: str
    says: str = ""
    calls: tuple[Call, ...] = ()
    edges: tuple[Edge, ...] = ()
    part: str = "tool calls"
    role: str = "main"
    session: str = "first"
    status: int = 200
    size: int = 1000


@dataclass(frozen=True)
class Heard:
    """A model call and the move that answered it; None for a call of the agent's own that the script does not know."""

    asked: Asked
    move: Move | None


@dataclass
class Script:
    """Moves, each made once; ``last_words`` finds what a request says last, ``answers`` writes the wire format.

    ``aside`` is the answer to what is no part of the conversation, such as a call for a title.
    """

    moves: Sequence[Move]
    last_words: Callable[[dict[str, Any]], str]
    answers: Callable[[Move, Asked], Served]
    aside: Callable[[Asked], Move]
    heard: list[Heard] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Served:
        """The answer to a request, and a note of it."""
        if not asked.path.endswith(CALLS):
            return Served(document=b"{}")
        said = self.last_words(asked.said)
        with self._lock:
            move = next((each for each in self.missed if each.on in said), None)
            self.heard.append(Heard(asked, move))
        return self.answers(move or self.aside(asked), asked)

    @property
    def expected(self) -> list[Move]:
        """Moves that were made or missed, one for each label."""
        chosen = {move.label: move for move in reversed(self.moves)}
        chosen |= {each.move.label: each.move for each in self.heard if each.move}
        return [chosen[label] for label in dict.fromkeys(move.label for move in self.moves)]

    @property
    def missed(self) -> list[Move]:
        """Moves that no request asked for."""
        made = {each.move.label for each in self.heard if each.move}
        return [move for move in self.moves if move.label not in made]


def as_json(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
