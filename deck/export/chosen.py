"""Which turns an export is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from deck.diagnostics import USAGE, Problem
from deck.revs import HEAD, Target, names_session
from deck.timeline import Timeline
from deck.views import SessionView, TurnRow
from store.errors import NotFound


@dataclass(frozen=True, slots=True)
class Share:
    """Turns of one session, in the archive's order; ``is_whole`` where these are all it has."""

    session: SessionView
    turns: tuple[TurnRow, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is exported, session by session in the order in which they began; ``everything`` is the whole archive."""

    timeline: Timeline
    shares: tuple[Share, ...]
    everything: bool = False
    is_redacted: bool = False

    @property
    def turns(self) -> int:
        """How many turns that are."""
        return sum(len(share.turns) for share in self.shares)


def choose(timeline: Timeline, revs: Sequence[str], *, everything: bool = False) -> Chosen:
    """What the revs name: a session's name all of it, any other rev its turn; without revs the newest turn's session.

    Raises `NotFound`, `Ambiguous` and `Problem`.
    """
    if everything and revs:
        raise Problem("--all is everything: it takes no REV", "deck export --all", USAGE)
    if everything:
        keys: dict[str, set[str] | None] = {view.key: None for view in timeline.sessions()}
    elif revs:
        keys = _named([timeline.resolve(rev) for rev in revs])
    else:
        keys = {timeline.resolve(HEAD).session: None}
    views = sorted(
        (view for view in timeline.sessions() if view.key in keys), key=lambda view: (view.started_ms, view.key)
    )
    shares = tuple(_share(timeline, view, keys[view.key]) for view in views)
    return Chosen(timeline, shares, everything)


def _named(targets: Sequence[Target]) -> dict[str, set[str] | None]:
    """Session -> turns of it, or None for all."""
    found: dict[str, set[str] | None] = {}
    for target in targets:
        if target.kind != "turn":
            raise NotFound(f"{target.rev[:80]!r} is a {target.kind}; turns and sessions can be exported")
        if target.part:
            raise Problem(
                f"{target.rev[:80]!r} is a part of a turn", "`deck show` and `deck checkout --raw` print parts", USAGE
            )
        turns = found.setdefault(target.session, set())
        if names_session(target):
            found[target.session] = None
        elif turns is not None:
            turns.add(target.id)
    return found


def _share(timeline: Timeline, view: SessionView, ids: set[str] | None) -> Share:
    rows = timeline.turns(view.key)
    chosen = tuple(row for row in rows if ids is None or row.id in ids)
    return Share(view, chosen, len(chosen) == len(rows))
