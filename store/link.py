"""Finding a turn's parents: which turns are asked for, and in which order.

Strict keys come first: an ordinary turn is found with two look-ups. Only where they miss, or hit something that does
not account for every answer in the request, are conversations compared (`store.link_fallback`). Between equals
nothing is chosen: a turn then has no parent, and a note that says so. docs/format.md lists kinds and confidences.
"""

from typing import TYPE_CHECKING

from store.link_fallback import Fallback
from store.link_spawn import spawned_by
from store.link_turns import SIDE, SUMMARY, Earlier, Speaker, Turns
from store.link_values import AMBIGUOUS, UNKNOWN_BASE, Asked, Link, Parent

if TYPE_CHECKING:
    from store.archive import Archive


class Linker:
    """Finds parents among the turns of an archive's index."""

    def __init__(self, archive: "Archive") -> None:
        self._archive = archive
        self._turns = Turns(archive.index)
        self._fallback = Fallback(archive, self._turns)

    def find(self, asked: Asked) -> Link:
        """The link of a request. Reads, writes nothing; what cannot be read is no parent."""
        found = self._by_base(asked) if asked.base else self._by_keys(asked)
        repeated = found.known and not found.parents  # a root that was asked again
        if found.parents or found.notes or repeated or asked.speaker.aside or not asked.count:
            return found
        return self._fallback.find(asked)

    def _by_base(self, asked: Asked) -> Link:
        """The provider was told which response this goes on from."""
        found = self._turns.responded(asked.base)
        own = [turn for turn in found if turn.session == asked.speaker.session] or found
        if asked.count and own and (earlier := self._same_request(asked)) is not None:
            return self._again(earlier, asked.count)
        if len(own) != 1:
            return Link(notes=(AMBIGUOUS if own else UNKNOWN_BASE,))
        warmed_up = own[0].role.startswith(SIDE) and (not asked.speaker.aside or asked.speaker.role == SUMMARY)
        if warmed_up and (line := self._of_the_line(asked)).parents:
            return line
        parents: tuple[Parent, ...] = (self._parent(own[0], asked.speaker),)
        if warmed_up and asked.speaker.thread:
            parents += spawned_by(self._archive, self._turns, asked).parents
        return Link(parents, 0, own[0].session, own[0].thread)

    def _of_the_line(self, asked: Asked) -> Link:
        """The turn that a request goes on from which names only a warm-up as its base.

        Codex warms up each socket: the response that its first request names holds none of the history, which the
        request then brings along, if there is any.
        """
        found = self._by_keys(asked)
        if found.parents or found.notes or asked.speaker.aside:
            return found
        answers = any(asked.is_answer(place) for place in range(asked.count))
        return self._fallback.find(asked) if answers else found

    def _by_keys(self, asked: Asked) -> Link:
        if not asked.count:
            return Link()
        earlier = self._same_request(asked)
        if earlier is not None:
            return self._again(earlier, asked.count)
        for known in range(asked.count - 1, 0, -1):
            key = asked.keys.after(known)
            if found := self._turns.answered(key, asked.speaker):
                return self._after_answer(found, known, asked)
            if found := self._turns.asked(key, asked.speaker):
                return self._fallback.after_request(found, known, asked)
        return Link()

    def _same_request(self, asked: Asked) -> Earlier | None:
        """The newest turn of this session and thread that sent this very conversation, and was heard before.

        A speaker without a session tries again only what failed, and only where no other attempt could be meant.
        """
        speaker = asked.speaker
        found = [
            turn
            for turn in self._turns.asked(asked.keys.after(asked.count), speaker)
            if turn.role.startswith(SIDE) == speaker.aside
            and turn.heard_ms <= speaker.started_ms
            and speaker.thread in ("", turn.thread)
        ]
        if speaker.session:
            return found[-1] if found else None
        open_ = [turn for turn in found if turn.failed and not self._turns.is_replaced(turn)]
        return open_[0] if len(open_) == 1 else None

    def _again(self, earlier: Earlier, count: int) -> Link:
        parents = [Parent(*edge) for edge in self._turns.parents_of(earlier)]
        if earlier.failed:
            parents.append(Parent(earlier.id, "retries"))
        else:
            parents = [
                Parent(
                    each.turn,
                    "forks" if each.kind in ("continues", "resumes") else each.kind,
                    each.confidence,
                    each.call,
                )
                for each in parents
            ]
        return Link(tuple(parents), count, earlier.session, earlier.thread)

    def _after_answer(self, found: list[Earlier], known: int, asked: Asked) -> Link:
        chosen, sure = found[0], 1.0
        if len(found) > 1:
            free = [turn for turn in found if not self._turns.goes_on(turn)]
            if len(free) != 1:
                return Link(notes=(AMBIGUOUS,))
            chosen, sure = free[0], 0.9
        if chosen.failed and self._turns.is_replaced(chosen):
            # what came of a first attempt may be the beginning of what came of the second, which the client heard last
            for count in range(known - 1, 0, -1):
                if attempts := self._turns.asked(asked.keys.after(count), asked.speaker):
                    return self._fallback.after_request(attempts, count, asked)
        parent = self._parent(chosen, asked.speaker, sure)
        if parent.kind == "forks" and asked.speaker.thread in ("", chosen.thread):
            link = self._fallback.extends(asked, known)
            if link.parents and link.parents[0].turn != chosen.id:
                return link
        return self._fallback.beyond(Link((parent,), known, chosen.session, chosen.thread), asked)

    def _parent(self, turn: Earlier, speaker: Speaker, confidence: float = 1.0) -> Parent:
        """The edge to a turn whose answer the request goes on from."""
        elsewhere = speaker.session not in ("", turn.session) or speaker.thread not in ("", turn.thread)
        if turn.failed:
            kind = "interrupted"
        elif elsewhere or (not speaker.aside and self._turns.goes_on(turn)):
            kind = "forks"
        elif speaker.run and turn.run and speaker.run != turn.run:
            kind = "resumes"
        else:
            kind = "continues"
        return Parent(turn.id, kind, confidence)
