"""Finding a parent where strict keys miss: conversations of recent turns are compared by what was said.

In this order: the request of an earlier turn with all, a part or none of its answer behind it; the text of a summary
(compaction); the loose form of whole conversations; the last answer alone; ids of tool calls; the session. Each is
weaker than the one before, and between equals nothing is chosen. Costs what a few dozen conversations cost to read,
of which most is shared; turns that cannot be read are passed over.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from store import loose, wire
from store.canonical import loads
from store.errors import StoreError
from store.link_spawn import spawned_by
from store.link_turns import Earlier, Turns
from store.link_values import AMBIGUOUS, Asked, Link, Parent
from store.loose import Atom, Echo
from store.reading import Block
from store.turn import parse

if TYPE_CHECKING:
    from store.archive import Archive

_TELLING: Final = 16  # characters that must agree where nothing else says that two conversations belong together
_SUMMARIES: Final = 8  # newest turns whose answer may be a summary of all before


class _Said(NamedTuple):
    """An earlier turn's conversation (its message ids, and what they say, loosely) and answer."""

    turn: Earlier
    wire: str
    ids: list[bytes]
    request: list[Atom]
    answer: list[Atom]


class _Found(NamedTuple):
    """A candidate: how well it fits (bigger is better) and the edge that it would be."""

    fit: tuple[int, int]
    said: _Said
    kind: str
    confidence: float


class Fallback:
    """Compares a request with the turns of an archive."""

    def __init__(self, archive: "Archive", turns: Turns) -> None:
        self._archive = archive
        self._turns = turns
        self._atoms = lru_cache(8192)(self._atoms_of_message)

    def after_request(self, found: Sequence[Earlier], known: int, asked: Asked) -> Link:
        """The request goes on from what these turns sent; how much of which answer stands behind it?"""
        rest = loose.joined(loose.atoms_of(asked.blocks(place)) for place in range(known, asked.count))
        candidates = [self._judged(said, loose.echo(said.answer, rest), asked) for said in self._read(found)]
        link = self._best([each for each in candidates if each is not None], asked, known)
        return self.beyond(link, asked) if link.parents else link

    def beyond(self, link: Link, asked: Asked) -> Link:
        """``link``, unless answers follow that its parent does not account for: then a later turn, if there is one."""
        last = _past_last_answer(asked, link.known)
        if last == link.known:
            return link
        later = loose.joined(loose.atoms_of(asked.blocks(place)) for place in range(asked.count))
        said = [each for each in self._recent(asked) if each.turn.id != link.parents[0].turn]
        for look in (self._loosely, self._by_last_answer):
            better = look(said, later, asked)
            if better.parents:
                return better
        return Link((Parent(link.parents[0].turn, "probable", 0.6),), last, link.session, link.thread)

    def extends(self, asked: Asked) -> Link:
        """The last message of an earlier request is here too, with more behind it in the same message.

        A client that drops an answer, or never got one, may join what it says next to what it said before.
        """
        candidates: list[_Found] = []
        for said in self._recent(asked):
            place = len(said.ids) - 1
            if 0 <= place < asked.count and self._is_begun(said, place, asked):
                failed = said.turn.failed
                kind, confidence = ("interrupted", 0.8) if failed else ("rewrites", 0.6)
                candidates.append(_Found((place, 0), said, kind, confidence))
        return self._best(candidates, asked)

    def _is_begun(self, said: _Said, place: int, asked: Asked) -> bool:
        if place and asked.keys.get(said.ids[place - 1]) != asked.keys.after(place):
            return False
        before = [_plain(block) for block in self._blocks(said.wire, said.ids[place])]
        now = [_plain(block) for block in asked.blocks(place)]
        return 0 < len(before) < len(now) and now[: len(before)] == before

    def find(self, asked: Asked) -> Link:
        """The link of a request that no strict key accounts for."""
        said = self._recent(asked)
        mine = [loose.atoms_of(asked.blocks(place)) for place in range(asked.count)]
        if (link := self._compacted(said, mine, asked)) is not None:
            return link
        later = loose.joined(mine)
        if any(atom.role == "assistant" for atom in later):
            for look in (self._loosely, self._by_last_answer, self._by_calls, self._by_session):
                link = look(said, later, asked)
                if link.parents or link.notes:
                    return link
            return Link()
        link = self.extends(asked)
        return link if link.parents or link.notes else spawned_by(self._archive, self._turns, asked)

    def _judged(self, said: _Said, echo: Echo, asked: Asked) -> _Found | None:
        """An earlier turn whose request is the beginning of this one."""
        failed, turn = said.turn.failed, said.turn
        if echo.kind == "full":
            return _Found((3, echo.weight), said, "interrupted" if failed else "continues", 1.0 if failed else 0.9)
        if echo.kind == "partial":
            return _Found((2, echo.weight), said, "interrupted", 1.0 if failed else 0.9)
        if echo.kind == "none":
            return _Found((1, 0), said, "interrupted" if failed else "rewrites", 0.9 if failed else 0.7)
        if asked.speaker.session and turn.thread == asked.speaker.thread:
            return _Found((0, 0), said, "probable", 0.5)
        return None  # equal openings are common: a strange answer says that this is another conversation

    def _best(self, candidates: list[_Found], asked: Asked, known: int = -1) -> Link:
        """The one that fits best; of several attempts at one request it is the last."""
        live = [each for each in candidates if not self._turns.is_replaced(each.said.turn)]
        if any(each.fit[0] > 1 for each in live):
            candidates = live
        best = max((each.fit for each in candidates), default=None)
        equal = [each for each in candidates if each.fit == best]
        if len(equal) > 1:
            equal = [each for each in equal if not self._turns.is_replaced(each.said.turn)] or equal
        if len(equal) != 1:
            return Link(notes=(AMBIGUOUS,) if equal else ())
        turn = equal[0].said.turn
        start = known if known >= 0 else _past_last_answer(asked, 0)
        parent = Parent(turn.id, equal[0].kind, equal[0].confidence)
        return Link((parent,), asked.first_of_client(start), turn.session, turn.thread)

    def _compacted(self, said: Sequence[_Said], mine: Sequence[Sequence[Atom]], asked: Asked) -> Link | None:
        """A summary that an earlier answer gave stands in the first messages of this request."""
        opening = "".join(atom.text for message in mine[:3] for atom in message if atom.role != "assistant")
        found = [each for each in said[-_SUMMARIES:] if asked.speaker.session and _summary_of(each) in opening]
        found = [each for each in found if len(each.request) > len(mine[0]) and _summary_of(each)]
        if not found:
            return None
        turn = found[-1].turn
        return Link((Parent(turn.id, "compacts"),), 0, turn.session, turn.thread)

    def _loosely(self, said: Sequence[_Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The conversation of an earlier turn, with its answer, is how this one begins."""
        candidates: list[_Found] = []
        for each in said:
            followed = loose.after_request(each.request, later)
            if followed is None:
                continue
            rest, whole = followed
            echo = loose.echo(each.answer, rest)
            weight = sum(len(atom.text) for atom in each.request) + echo.weight
            named = bool(asked.speaker.session) or echo.weight >= _TELLING
            if echo.kind == "full" and named:
                same = not whole or self._lost_its_tail(each, asked)
                kind, confidence = ("continues", 0.8) if same else ("rewrites", 0.9)
                candidates.append(_Found((len(later) - len(rest), weight), each, kind, confidence))
            elif echo.kind == "partial" and named and each.turn.failed:
                candidates.append(_Found((len(later) - len(rest), weight), each, "interrupted", 0.8))
        return self._best(candidates, asked)

    def _lost_its_tail(self, said: _Said, asked: Asked) -> bool:
        """Whether all that is gone of the earlier conversation is what stood behind its last answer."""
        for place in range(len(said.ids) - 1, 0, -1):
            if any(block.role == "assistant" for block in self._blocks(said.wire, said.ids[place])):
                return False
            if place <= asked.count and asked.keys.get(said.ids[place - 1]) == asked.keys.after(place):
                return True
        return False

    def _by_last_answer(self, said: Sequence[_Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The last answer in this request is that of an earlier turn, whatever became of the history before it."""
        answer, before = loose.last_answer(later)
        if sum(len(atom.text) for atom in answer) < _TELLING:
            return Link()
        candidates = [
            _Found((int(bool(each.request) and each.request[-1] == before), 0), each, "rewrites", 0.7)
            for each in said
            if list(each.answer) == list(answer)
        ]
        return self._best(candidates, asked)

    def _by_calls(self, said: Sequence[_Said], later: Sequence[Atom], asked: Asked) -> Link:
        """The newest call in this request was made by one earlier turn."""
        made = self._turns.calls_of([each.turn for each in said])
        for place in range(asked.count - 1, -1, -1):
            for block in reversed(asked.blocks(place)):
                turns = made.get(block.call_id, []) if block.call_id else []
                if len(turns) == 1:
                    each = next(each for each in said if each.turn.id == turns[0])
                    shorter = len(later) < len(each.request) and later[0] != each.request[0]
                    kind = "compacts" if shorter else "rewrites"
                    return self._best([_Found((0, 0), each, kind, 0.7)], asked)
        return Link()

    def _by_session(self, said: Sequence[_Said], later: Sequence[Atom], asked: Asked) -> Link:
        """Nothing but the ids that the client gave."""
        speaker = asked.speaker
        own = [each for each in said if each.turn.thread == speaker.thread and speaker.session]
        return self._best([_Found((0, 0), each, "probable", 0.3) for each in own[-1:]], asked)

    def _recent(self, asked: Asked) -> list[_Said]:
        window = self._turns.window(asked.speaker)
        return self._read([turn for turn in window if _reachable(turn, asked)])

    def _read(self, turns: Sequence[Earlier]) -> list[_Said]:
        found: list[_Said] = []
        for turn in turns:
            try:
                found.append(self._said(turn))
            except StoreError:
                continue  # damage to an earlier turn costs at most an edge
        return found

    def _said(self, turn: Earlier) -> _Said:
        objects = self._archive.objects
        payload = parse(self._archive.get_kind(turn.id, "turn"))
        name, request, answer = payload["reading"]["wire"], payload["request"], payload["response"]["answer"]
        ids = objects.chain(bytes.fromhex(request["tip"])) if request["tip"] else []
        said: list[Atom] = []
        if answer:
            message = loads(objects.message(bytes.fromhex(answer)).content)
            reader = wire.by_name(name)
            elements = reader.echo(message) if isinstance(message, dict) else ()
            said = loose.joined(loose.atoms_of(reader.request_blocks(element)) for element in elements)
        return _Said(turn, name, ids, loose.joined(self._atoms(name, each) for each in ids), said)

    def _atoms_of_message(self, name: str, message: bytes) -> tuple[Atom, ...]:
        return loose.atoms_of(self._blocks(name, message))

    def _blocks(self, name: str, message: bytes) -> tuple[Block, ...]:
        return wire.blocks_of(wire.by_name(name), self._archive.objects.message(message).content)


def _past_last_answer(asked: Asked, start: int) -> int:
    """The place after the last answer from ``start`` on, or ``start``."""
    places = (place for place in range(asked.count - 1, start - 1, -1) if asked.is_answer(place))
    return next(places, start - 1) + 1


def _plain(block: Block) -> tuple[str, str, str, str]:
    return block.role, block.kind, block.text, block.call_id


def _reachable(turn: Earlier, asked: Asked) -> bool:
    """Whether the turn may be in the request's line: another thread of the same session is another line."""
    return asked.speaker.thread in ("", turn.thread) and turn.heard_ms <= asked.speaker.started_ms


def _summary_of(said: _Said) -> str:
    """The summary in an answer, loosely, or ``""`` where it is too short to be one."""
    text = "".join(atom.text for atom in said.answer if atom.kind == "text")
    inner = text.partition("<summary>")[2].partition("</summary>")[0] or text
    return inner if len(inner) >= 2 * _TELLING else ""
