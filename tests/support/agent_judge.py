"""What the archive says of a play, held against what its script says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent_claude import TITLE
from agent_script import Heard
from agent_stage import Played

from store.archive import Archive
from store.canonical import loads


@dataclass(frozen=True)
class Found:
    """A model call as the archive has it: its turn's payload, and its edges by the labels of the moves."""

    heard: Heard
    turn: dict[str, Any]
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """``mistakes`` are sentences; none means that all that the play provoked is on record as its script says."""

    played: Played
    found: tuple[Found, ...]
    mistakes: tuple[str, ...]

    def of(self, part: str) -> list[Found]:
        """The turns of a part of the play, in the order in which they were asked for."""
        return [each for each in self.found if each.heard.move is not None and each.heard.move.part == part]


def judge(played: Played) -> Verdict:
    """Compare archive and script."""
    with Archive.open(played.archive) as archive:
        turns = [
            loads(archive.get_kind(bytes(row[0]), "turn")) | {"id": bytes(row[0]).hex()}
            for row in archive.index.db.execute("SELECT id FROM turns ORDER BY number")
        ]
        titles = dict(archive.index.db.execute("SELECT session, title FROM sessions"))
        pairs, strangers = _paired(archive, played.play.script.heard, turns)
    labels = {turn["id"]: _label(heard) for heard, turn in pairs}
    found = tuple(
        Found(heard, turn, tuple((labels.get(each["turn"], "?"), each["kind"]) for each in turn["parents"]))
        for heard, turn in pairs
    )
    unrecorded = len(played.play.script.heard) - len(found)
    mistakes = [
        *([f"model calls that are not in the archive: {unrecorded}"] if unrecorded else []),
        *(f"a turn that no model call was made for: {turn['id']}" for turn in strangers),
        *(mistake for each in found for mistake in _mistakes(each)),
        *_sessions(found),
        *_titles(found, titles),
        *_ends(played),
    ]
    return Verdict(played, found, tuple(mistakes))


def _paired(
    archive: Archive, heard: list[Heard], turns: list[dict[str, Any]]
) -> tuple[list[tuple[Heard, dict[str, Any]]], list[dict[str, Any]]]:
    """Each call with the first turn of the same request, byte for byte; and the turns that are left."""
    left = {turn["id"]: (turn, archive.get_kind(bytes.fromhex(turn["request"]["body"]), "blob")) for turn in turns}
    pairs: list[tuple[Heard, dict[str, Any]]] = []
    for each in heard:
        same = next((turn for turn, body in left.values() if body == each.asked.body), None)
        if same is not None:
            del left[same["id"]]
            pairs.append((each, same))
    return pairs, [turn for turn, _body in left.values()]


def _label(heard: Heard) -> str:
    return heard.move.label if heard.move else f"side call {heard.asked.number}"


def _mistakes(found: Found) -> Iterator[str]:
    label, turn, move = _label(found.heard), found.turn, found.heard.move
    if move is None:
        if not turn["role"].startswith("aux:"):
            yield f"{label} is taken for a part of the conversation ({turn['role']}): {found.heard.asked.path}"
        return
    if found.edges != move.edges:
        yield f"{label} has the edges {list(found.edges)}, not {list(move.edges)}"
    threaded = bool(turn["thread"]) == (move.role == "sub") or move.role == "aux:prewarm"  # every agent has those
    if turn["role"] != move.role or not threaded:
        yield f"{label} has the role {turn['role']} in thread {turn['thread']!r}, not {move.role}"
    failed = turn["outcome"] != "complete" or bool(turn["reading"]["error"])
    if failed != (move.status != 200):
        yield f"{label} ended as {turn['outcome']} ({turn['reading']['error'] or 'no error'})"
    if move.status == 200 and not turn["reading"]["id"].endswith(f"_{found.heard.asked.number}"):
        yield f"{label} has the answer {turn['reading']['id']!r}, not that of call {found.heard.asked.number}"


def _sessions(found: tuple[Found, ...]) -> Iterator[str]:
    """One name for each session of the script, and another for another."""
    moves = [(each.heard.move, each.turn["session"]) for each in found if each.heard.move is not None]
    named: dict[str, set[str]] = {}
    for move, session in moves:
        named.setdefault(move.session, set()).add(session)
    for name, sessions in named.items():
        if len(sessions) > 1:
            yield f"the {name} session has {len(sessions)} names: {', '.join(sorted(sessions))}"
    if len(set().union(*named.values())) < len(named):
        yield "two sessions have one name"


def _titles(found: tuple[Found, ...], titles: Mapping[str, str]) -> Iterator[str]:
    """A session whose agent asked for a title has the one that it was given."""
    for session in {each.turn["session"] for each in found if each.turn["role"] == "aux:title"}:
        if titles[session] != TITLE:
            yield f"the session {session} has the title {titles[session]!r}, not {TITLE!r}"


def _ends(played: Played) -> Iterator[str]:
    for each in played.launches:
        if each.code:
            yield f"{' '.join(each.command)} ended with {each.code}: {each.said[-600:]}"
    for name in played.play.made:
        if not (played.project / name).exists():
            yield f"no tool wrote {name}"
    if played.fsck:
        yield f"deck fsck: {played.fsck}"
