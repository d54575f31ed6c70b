"""Finding a parent where strict keys miss: conversations of recent turns are compared by what was said.

In this order: the request of an earlier turn with all, a part or none of its answer behind it; the text of a summary
(compaction); the loose form of whole conversations; the last answer alone; ids of tool calls; the session. Each is
weaker than the one before, and between equals nothing is chosen. Costs what a few dozen conversations cost to read,
of which most is shared.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from store import loose
from store.canonical import loads
from store.link_keys import chain_key
from store.link_said import Reader, Said
from store.link_spawn import spawned_by
from store.link_turns import SUMMARY, Earlier, Turns
from store.link_values import AMBIGUOUS, Asked, Link, Parent
from store.loose import Atom, Echo

if TYPE_CHECKING:
    from store.archive import Archive

_TELLING: Final = 16  # characters that must agree where nothing else says that two conversations belong together
_SUMMARIES: Final = 8  # newest turns whose answer may be a summary of all before
_OPENING: Final = 8  # first messages that may hold a summary
_ASKS_FOR_SUMMARY: Final = re.compile("summar|compact", re.IGNORECASE)


class _Found(NamedTuple):
    """A candidate: how well it fits (bigger is better) and the edge that it would be."""

    fit: tuple[int, int]
    turn: Earlier
    kind: str
    confidence: float


class Fallback:
    """Compares a request with the turns of an archive."""

    def __init__(self, archive: "Archive", turns: Turns) -> None:
        self._archive = archive
        self._turns = turns
        self._reader = Reader(archive)

    def after_request(self, found: Sequence[Earlier], known: int, asked: Asked) -> Link:
        """The request goes on from what these turns sent; how much of which answer stands behind it?"""
        rest = _said_in(asked, known)
        candidates = [_judged(said.turn, loose.echo(said.answer, rest), asked) for said in self._reader.read(found)]
        link = self._best([each for each in candidates if each is not None], asked, known)
        if not link.parents:
            return link
        if link.parents[0].kind == "probable":  # what stands where its answer should may be a summary of all after it
            compacted = self._compacted(self._recent(asked), asked)
            if compacted.parents:
                return compacted
        return self.beyond(link, asked)

    def beyond(self, link: Link, asked: Asked) -> Link:
        """``link``, unless answers follow that its parent does not account for: then a later turn, if there is one."""
        last = _past_last_answer(asked, link.known)
        if last == link.known:
            return link
        said = self._recent(asked)
        floor = next((each.turn.number for each in said if each.turn.id == link.parents[0].turn), 0)
        said = [each for each in said if each.turn.number > floor]
        if (better := self._compacted(said, asked)).parents:
            return better
        later = _said_in(asked, 0)
        for look in (self._loosely, self._by_last_answer):
            if (better := look(said, later, asked)).parents:
                return better
        return Link((Parent(link.parents[0].turn, "probable", 0.6),), last, link.session, link.thread)

    def extends(self, asked: Asked, known: int) -> Link:
        """The last message of an earlier request is here too, with more behind it in the same message.

        A client that drops an answer, or never got one, may join what it says next to what it said before.
        """
        for place in dict.fromkeys((known, asked.count - 1)):
            for element in _beginnings(asked.content(place)):
                key = chain_key(asked.wire, asked.keys.after(place) if place else b"", element)
                found = self._turns.asked(key, asked.speaker)
                rest = _said_in(asked, place + 1) if found else []
                candidates = [_extended(said.turn, loose.echo(said.answer, rest)) for said in self._reader.read(found)]
                if fitting := [each for each in candidates if each is not None]:
                    return self._best(fitting, asked, place + 1 if any(each.fit[0] for each in fitting) else place)
        return Link()

    def find(self, asked: Asked) -> Link:
        """The link of a request that no strict key accounts for."""
        said = self._recent(asked)
        if (compacted := self._compacted(said, asked)).parents:
            return compacted
        later = _said_in(asked, 0)
        if any(atom.role == "assistant" for atom in later):
            for look in (self._loosely, self._by_last_answer, self._by_calls, self._by_session):
                link = look([each for each in said if each.turn.role != SUMMARY], later, asked)
                if link.parents or link.notes:
                    return link
            return Link()
        link = self.extends(asked, 0)
        return link if link.parents or link.notes else spawned_by(self._archive, self._turns, asked)

    def _best(self, candidates: list[_Found], asked: Asked, known: int = -1) -> Link:
        """The one that fits best; of several attempts at one request it is the last."""
        live = [each for each in candidates if not self._turns.is_replaced(each.turn)]
        if any(each.fit[0] > 1 for each in live):
            candidates = live
        best = max((each.fit for each in candidates), default=None)
        equal = [each for each in candidates if each.fit == best]
        if len(equal) > 1:
            equal = [each for each in equal if each in live] or equal
        if len(equal) != 1:
            return Link(notes=(AMBIGUOUS,) if equal else ())
        turn = equal[0].turn
        start = known if known >= 0 else _past_last_answer(asked, 0)
        parent = Parent(turn.id, equal[0].kind, equal[0].confidence)
        return Link((parent,), asked.first_of_client(start), turn.session, turn.thread)

    def _compacted(self, said: Sequence[Said], asked: Asked) -> Link:
        """A summary that an earlier answer gave stands in this request: in the first messages, or sealed at the end."""
        if not asked.speaker.session:
            return Link()
        opening = [atom for place in range(min(asked.count, _OPENING)) for atom in loose.atoms_of(asked.blocks(place))]
        before = next((n for n, atom in enumerate(opening) if (atom.role, atom.kind) == ("assistant", "text")), None)
        told = "".join(atom.text for atom in opening[:before] if atom.role != "assistant")
        opening += _unanswered(asked)  # Codex keeps all prompts, and puts the summary behind them
        for each in reversed(said[-_SUMMARIES:]):
            summary = _summary_of(each)
            if (summary and summary in told) or any(atom.kind == "other" and atom in opening for atom in each.answer):
                return Link((Parent(each.turn.id, "compacts"),), 0, each.turn.session, each.turn.thread)
        return Link()

    def _loosely(self, said: Sequence[Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The conversation of an earlier turn, with its answer, is how this one begins."""
        candidates: list[_Found] = []
        for each in said:
            followed = loose.after_request(each.request, later)
            if followed is None:
                continue
            rest, whole = followed
            echo = loose.echo(each.answer, rest)
            if not asked.speaker.session and echo.weight < _TELLING:
                continue
            fit = (len(later) - len(rest), sum(len(atom.text) for atom in each.request) + echo.weight)
            if echo.kind == "full":
                same = not whole or _lost_its_tail(each, asked)
                candidates.append(_Found(fit, each.turn, *(("continues", 0.8) if same else ("rewrites", 0.9))))
            elif echo.kind == "partial" and each.turn.failed:
                candidates.append(_Found(fit, each.turn, "interrupted", 0.8))
        return self._best(candidates, asked)

    def _by_last_answer(self, said: Sequence[Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The last answer in this request is that of an earlier turn, whatever became of the history before it."""
        answer, before = loose.last_answer(later)
        if sum(len(atom.text) for atom in answer) < _TELLING:
            return Link()
        candidates = [
            _Found((int(each.request[-1] == before), 0), each.turn, "rewrites", 0.7)
            for each in said
            if each.answer == list(answer)
        ]
        return self._best(candidates, asked)

    def _by_calls(self, said: Sequence[Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The newest call in this request was made by one earlier turn."""
        made = self._turns.calls_of([each.turn for each in said])
        for place in range(asked.count - 1, -1, -1):
            for block in reversed(asked.blocks(place)):
                turns = made.get(block.call_id, []) if block.call_id else []
                if len(turns) == 1:
                    each = next(each for each in said if each.turn.id == turns[0])
                    shorter = len(later) < len(each.request) and later[0] != each.request[0]
                    return self._best([_Found((0, 0), each.turn, "compacts" if shorter else "rewrites", 0.7)], asked)
        return Link()

    def _by_session(self, said: Sequence[Said], later: Sequence[Atom], asked: Asked) -> Link:
        """Nothing but the ids that the client gave."""
        speaker = asked.speaker
        own = [each.turn for each in said if each.turn.thread == speaker.thread and speaker.session]
        return self._best([_Found((0, 0), turn, "probable", 0.3) for turn in own[-1:]], asked)

    def _recent(self, asked: Asked) -> list[Said]:
        window = self._turns.window(asked.speaker)
        return self._reader.read([turn for turn in window if _reachable(turn, asked)])


def _judged(turn: Earlier, echo: Echo, asked: Asked) -> _Found | None:
    """An earlier turn whose request is the beginning of this one."""
    failed = turn.failed
    if echo.kind == "full":
        return _Found((3, echo.weight), turn, "interrupted" if failed else "continues", 1.0 if failed else 0.9)
    if echo.kind == "partial":
        return _Found((2, echo.weight), turn, "interrupted", 1.0 if failed else 0.9)
    if echo.kind == "none":
        return _Found((1, 0), turn, "interrupted" if failed else "rewrites", 0.9 if failed else 0.7)
    if asked.speaker.session and turn.thread == asked.speaker.thread:
        return _Found((0, 0), turn, "probable", 0.5)
    return None  # equal openings are common: a strange answer says that this is another conversation


def _extended(turn: Earlier, echo: Echo) -> _Found | None:
    """An earlier turn whose last message is the beginning of one of this request."""
    if echo.kind == "other":
        return None
    if echo.kind == "none":
        return _Found((0, 0), turn, *(("interrupted", 0.8) if turn.failed else ("rewrites", 0.6)))
    return _Found((1, echo.weight), turn, *(("interrupted", 0.8) if turn.failed else ("rewrites", 0.8)))


def _lost_its_tail(said: Said, asked: Asked) -> bool:
    """Whether all that is gone of the earlier conversation is what stood behind its last answer."""
    for count in range(len(said.ids), 1, -1):
        if said.ends_with_answer(count):
            return False
        if count - 1 <= asked.count and asked.keys.get(said.ids[count - 2]) == asked.keys.after(count - 1):
            return True
    return False


def _beginnings(content: bytes) -> Iterator[Any]:
    """An element with fewer and fewer of its parts, each as it is and without the line end that Claude Code adds."""
    element = loads(content)
    for name in ("content", "parts"):
        parts = element.get(name) if isinstance(element, dict) else None
        if isinstance(parts, list):
            for size in range(min(len(parts), _OPENING) - 1, 0, -1):
                yield {**element, name: parts[:size]}
                last = parts[size - 1]
                text = last.get("text") if isinstance(last, dict) else None
                if isinstance(text, str) and text.endswith("\n"):
                    yield {**element, name: [*parts[: size - 1], {**last, "text": text[:-1]}]}


def _said_in(asked: Asked, start: int) -> list[Atom]:
    """What the request says from a message on."""
    return loose.joined(loose.atoms_of(asked.blocks(place)) for place in range(start, asked.count))


def _unanswered(asked: Asked) -> list[Atom]:
    """What stands behind the last words and calls of the model in a request; what it sealed does not count as such."""
    found: list[Atom] = []
    for place in range(asked.count - 1, -1, -1):
        atoms = loose.atoms_of(asked.blocks(place))
        if any(atom.role == "assistant" and atom.kind != "other" for atom in atoms):
            break
        found += atoms
    return found


def _past_last_answer(asked: Asked, start: int) -> int:
    """The place after the last answer from ``start`` on, or ``start``."""
    places = (place for place in range(asked.count - 1, start - 1, -1) if asked.is_answer(place))
    return next(places, start - 1) + 1


def _reachable(turn: Earlier, asked: Asked) -> bool:
    """Whether the turn may be in the request's line: another thread of the same session is another line."""
    return asked.speaker.thread in ("", turn.thread) and turn.heard_ms <= asked.speaker.started_ms


def _summary_of(said: Said) -> str:
    """The summary that a turn was asked for, loosely; ``""`` where its answer is none, for answers are quoted too."""
    text = "".join(atom.text for atom in said.answer if atom.kind == "text")
    inner = text.partition("<summary>")[2].partition("</summary>")[0]
    asked_for = inner or said.turn.role == SUMMARY or _ASKS_FOR_SUMMARY.search(said.request[-1].text)
    summary = inner or text
    return summary if asked_for and len(summary) >= 2 * _TELLING else ""
