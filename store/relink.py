"""Finding every turn's parents again, with what the linker knows today (`store.corrections` says what becomes of it).

The work is done on an index of its own in memory, turn by turn in the order of commits, so that each turn sees what it
could have seen at capture and no more.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from store import wire as wires
from store.body import split
from store.canonical import loads
from store.catchup import take_in_packs
from store.corrections import Correction, edge, edges_of
from store.derive import add_turn, read_turn
from store.errors import StoreError
from store.headers import Headers, as_bytes, read_blob
from store.journal import COMMITS
from store.link import Linker
from store.link_keys import Keys
from store.link_turns import LINE, Speaker
from store.link_values import Asked
from store.turn import exchange_key, parse
from store.wire import blocks_of

if TYPE_CHECKING:
    from store.archive import Archive


def corrections(archive: "Archive", progress: Callable[[str, int, int], None]) -> Iterator[Correction]:
    """Turns whose edges would be others today, with those edges, in the order of commits."""
    with archive.with_fresh_index() as fresh:
        take_in_packs(fresh, fresh.behind())
        marks = ",".join(str(int(kind)) for kind in sorted(COMMITS))
        rows = archive.index.db.execute(
            f"SELECT object, min(time_ms) FROM records WHERE type IN ({marks}) GROUP BY object"
            " ORDER BY min(time_ms), journal, position"
        ).fetchall()
        again = _Again(fresh)
        for done, (turn, time_ms) in enumerate(rows):
            progress("turns", done, len(rows))
            try:
                edges = again.edges(bytes(turn), time_ms)
            except StoreError:
                continue  # a turn that cannot be read is for fsck to speak of
            if edges != edges_of(archive, bytes(turn)):
                yield {"turn": bytes(turn).hex(), "parents": edges}


class _Again:
    """Links turns one after the other in an archive whose index holds only those before."""

    def __init__(self, fresh: "Archive") -> None:
        self._archive = fresh
        self._keys = Keys(fresh.index)
        self._linker = Linker(fresh)

    def edges(self, turn: bytes, time_ms: int) -> list[dict[str, Any]]:
        """The edges of the next turn."""
        payload = parse(self._archive.get_kind(turn, "turn"))
        link = self._linker.find(self._asked(payload))
        edges = [edge(each.turn, each.kind, each.confidence, each.call) for each in link.parents]
        reading = read_turn(self._archive, payload, self._keys)
        add_turn(self._archive, turn, {**payload, "parents": edges}, exchange_key(payload), time_ms, reading)
        return edges

    def _asked(self, payload: dict[str, Any]) -> Asked:
        objects, request, said = self._archive.objects, payload["request"], payload["reading"]
        reader = wires.by_name(said["wire"])
        ids = objects.chain(bytes.fromhex(request["tip"])) if request["tip"] else []
        contents = [objects.message(each).content for each in ids]
        base = said.get("base", "")
        along = self._keys.along(reader, ids, lambda place: loads(contents[place]), self._keys.start(reader, base))
        body = split(self._archive.get_kind(bytes.fromhex(request["body"]), "blob"))
        first = loads(contents[0]) if contents else None
        who = reader.identity(
            self._headers(request["headers"]), body.members if body else {}, first if isinstance(first, dict) else None
        )
        session = "" if payload["session"].startswith(LINE) else payload["session"]
        speaker = Speaker(
            *(session, who.thread, who.role, payload["run"], payload["client"]["name"], payload["times"]["start"])
        )
        blocks = cache(lambda place: blocks_of(reader, contents[place]))
        return Asked(reader, speaker, along, contents.__getitem__, blocks, base)

    def _headers(self, name: str) -> Headers:
        return as_bytes(read_blob(self._archive.get_kind(bytes.fromhex(name), "blob"), name))
