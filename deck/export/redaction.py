"""What is exported, with secrets masked once more: recorded anew, masked, into an archive that is gone afterwards.

So every format gets it, and nothing in it is left of what was masked: ids are those of the masked text, since from the
hash of a text that is known but for its secret the secret could be guessed. Turns are linked again among themselves;
notes, tags and the ledger stay behind.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from deck.export.chosen import Chosen, choose
from deck.export.exchanges import fitting
from deck.timeline import Timeline
from store import chunks, headers
from store.archive import Archive
from store.arrivals import Arrivals
from store.canonical import loads
from store.exchange import Exchange, Mode, Outcome
from store.ids import from_hex
from store.journal import Type
from store.link_values import AMBIGUOUS, UNKNOWN_BASE
from store.mask import Masker
from store.masking import config
from store.masking.body import BodyMasker
from store.record import Recorder


class Redacted(NamedTuple):
    """What was chosen as it is to be written, the number of places that were masked, and the rules' version."""

    chosen: Chosen
    places: int
    rules: str


@contextlib.contextmanager
def redacted(chosen: Chosen) -> Iterator[Redacted]:
    """The same turns masked by the archive's rules of today. Raises `StoreError` where these cannot be understood."""
    with tempfile.TemporaryDirectory(prefix="deck-export-") as folder:
        path = Path(folder) / "archive"
        copying = _Copying(chosen.timeline)
        with Archive.create(path) as archive, Recorder(archive) as recorder:
            copying.copy(recorder, {row.id for share in chosen.shares for row in share.turns})
        with Timeline.open(path) as timeline:
            copied = choose(timeline, (), everything=True)
            yield Redacted(
                Chosen(timeline, copied.shares, everything=True, is_redacted=True), copying.places, copying.rules
            )


class _Copying:
    """Records the turns of one archive into another; ``places`` counts what was masked on the way."""

    def __init__(self, source: Timeline) -> None:
        self._source = source
        archive = source.archive
        masking = config.load(archive.path, archive.key, os.environ)
        self.rules = masking.version
        self.places = 0
        self._bodies = BodyMasker(masking)
        self._masker = Masker(archive.key)
        self._runs: dict[str, str] = {"": ""}  # id there -> id here

    def copy(self, recorder: Recorder, turns: set[str]) -> None:
        """Record these turns in the archive's order, and their runs."""
        db = self._source.archive.index.db
        for (turn,) in db.execute("SELECT id FROM turns ORDER BY number").fetchall():
            if turn.hex() in turns:
                recorder.record(self._exchange(recorder, turn.hex()))
        for (run,) in db.execute("SELECT object FROM records WHERE type = ?", (int(Type.RUN),)).fetchall():
            end = self._run(run.hex())
            if end.get("run") in self._runs:
                recorder.put_run(end | {"run": self._runs[end["run"]]})

    def _exchange(self, recorder: Recorder, turn: str) -> Exchange:
        source, payload = self._source, self._source.payload(turn)
        said, http, times, capture = payload["response"], payload["http"], payload["times"], payload["capture"]
        came = source.body(turn, "response")
        response = self._masked(came)
        view = source.turn(turn, earlier=False, setting=False)
        request = self._masked(source.body(turn, "request"))
        arrived = source.archive.get_kind(from_hex(said["chunks"]), "blob") if said["chunks"] else b""
        if payload["run"] not in self._runs:
            self._runs[payload["run"]] = recorder.put_run(self._run(payload["run"])).hex()
        return Exchange(
            method=http["method"],
            url=self._url(http["url"]),
            request_headers=self._headers(fitting(view.request_headers, payload["request"], request)),
            request_body=request,
            started_ms=times["start"],
            status=http["status"],
            response_headers=self._headers(fitting(view.response_headers, said, response)),
            response_body=response,
            chunks=_arrivals(chunks.decode(arrived), came).chunks_in(response),
            request_end_ms=times["request_end"],
            first_byte_ms=times["first_byte"],
            end_ms=times["end"],
            outcome=_member(Outcome, payload["outcome"], Outcome.INTERRUPTED),
            error=self._text(payload["error"]),
            mode=_member(Mode, capture["mode"], Mode.IMPORT),
            http_version=http["version"],
            run=self._runs[payload["run"]],
            tags=tuple(map(self._text, payload["tags"])),
            notes=tuple(note for note in payload["notes"] if note not in (AMBIGUOUS, UNKNOWN_BASE)),
            request_size=payload["request"].get("size"),
            response_size=said.get("size"),
            unverified=capture.get("unverified") is True,
        )

    def _run(self, run: str) -> dict[str, Any]:
        payload = loads(self._masked(self._source.archive.get_kind(from_hex(run), "run")))
        return payload if isinstance(payload, dict) else {}

    def _masked(self, body: bytes) -> bytes:
        found = self._bodies.mask(body)
        self.places += len(found.places)
        return found.data

    def _text(self, text: str) -> str:
        return self._masked(text.encode("utf-8", "replace")).decode("utf-8")

    def _url(self, url: str) -> str:
        masked = self._masker.url(url)
        self.places += masked != url
        return masked

    def _headers(self, found: headers.TextHeaders) -> headers.Headers:
        came = headers.as_bytes(found)
        masked = self._masker.headers(came)
        self.places += sum(one != other for one, other in zip(came, masked, strict=True))
        return tuple((name, self._masked(value)) for name, value in masked)


def _member(kind: Any, value: str, otherwise: Any) -> Any:
    """A member of an enumeration that a recorded text names, which may be any text."""
    try:
        return kind(value)
    except ValueError:
        return otherwise


def _arrivals(arrived: Iterable[tuple[int, int]], body: bytes) -> Arrivals:
    """The pieces of a body, of which (ms, size) each is known."""
    found = Arrivals()
    position = 0
    for at_ms, size in arrived:
        found.add(at_ms, body[position : position + size])
        position += size
    return found
