"""``python tests/golden/make_archive.py FOLDER``: makes a golden archive, and what has to come out of it.

One is kept for each version of the format, as the deck of its time wrote it; `tests/store/test_golden_archives` reads
them all. Run it when the format gets a new version, never over an archive that is there.
"""

import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(1, str(Path(__file__).parents[1] / "support"))

import zstandard
from damage import small_exchanges

from store import ledger
from store.archive import Archive
from store.book import Fate, Pages, tag
from store.exchange import Exchange, Outcome
from store.gc import collect
from store.record import Recorder

EXPECTED = "expected.json"
JSON = ((b"content-type", b"application/json"),)


def make(folder: Path) -> None:
    """Make the archive in ``folder``, with `EXPECTED` beside it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "archive"
        bodies: dict[str, tuple[bytes, bytes]] = {}
        first, second = list(small_exchanges(6, "one")), list(small_exchanges(5, "two"))
        with Archive.create(path) as archive:
            with Recorder(archive) as recorder:
                run = recorder.put_run({"host": "golden", "argv": ["agent"], "exit_code": 0})
                _record(recorder, bodies, [replace(each, run=run.hex(), tags=("golden",)) for each in first])
                _record(recorder, bodies, _odd())
                recorder.gap("golden", {"count": 2})
                pages = Pages(Counter({(tag("one"), Fate.STORED): 6, (tag("one"), Fate.NO_MODEL_CALL): 1}), True, "", 1)
                recorder.close_book(ledger.payload("1-golden", pages, {}))
            collect(archive)
            with Recorder(archive) as recorder:
                _record(recorder, bodies, second)
            with Recorder(archive) as recorder:
                _record(recorder, bodies, [replace(each, started_ms=each.started_ms + 500) for each in _odd()[:2]])
                shutil.copytree(path, folder, ignore=shutil.ignore_patterns("index*", "spool", "reserve"))
            edges = archive.index.db.execute("SELECT turn, kind FROM parents ORDER BY turn, n").fetchall()
            parents: dict[str, list[str]] = {}
            for turn, kind in edges:
                parents.setdefault(turn.hex(), []).append(kind)
        expected = {
            turn: {"request": _sum(ask), "response": _sum(said), "parents": parents.get(turn, [])}
            for turn, (ask, said) in bodies.items()
        }
        (folder / EXPECTED).write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", "utf-8")


def _odd() -> list[Exchange]:
    """Exchanges unlike the others: other wires, codings, errors, a body that is no JSON, one cut short."""
    (plain,) = small_exchanges(1, "odd")
    chat = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}, indent=2).encode()
    answer = {"id": "c1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Ho"}}], "model": "gpt"}
    generate = json.dumps({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}).encode()
    coded = replace(plain, request_headers=(*JSON, (b"content-encoding", b"zstd")))
    return [
        replace(plain, status=529, response_headers=JSON, response_body=b'{"type":"error"}', chunks=()),
        replace(plain, started_ms=plain.started_ms + 1, outcome=Outcome.UPSTREAM_ERROR, error="cut", response_body=b""),
        replace(
            coded,
            started_ms=plain.started_ms + 2,
            url="https://api.openai.com/v1/chat/completions",
            request_body=zstandard.ZstdCompressor().compress(chat),
            response_headers=JSON,
            response_body=json.dumps(answer).encode(),
            chunks=(),
        ),
        replace(
            plain,
            started_ms=plain.started_ms + 3,
            url="https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?key=secret",
            request_body=generate,
            response_headers=JSON,
            response_body=b'{"candidates":[{"content":{"role":"model","parts":[{"text":"Ho"}]}}]}',
            chunks=(),
        ),
        replace(
            plain,
            started_ms=plain.started_ms + 4,
            url="https://api.openai.com/v1/files",
            request_body=b"\x00\xff no JSON \xfe" * 9,
            response_headers=((b"content-type", b"application/octet-stream"),),
            response_body=b"\xff\x00",
            chunks=(),
        ),
    ]


def _record(recorder: Recorder, bodies: dict[str, tuple[bytes, bytes]], exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        asked = exchange.request_body
        if asked.startswith(zstandard.FRAME_HEADER):
            asked = zstandard.ZstdDecompressor().decompress(asked)
        bodies[recorder.record(exchange).turn.hex()] = (asked, exchange.response_body)


def _sum(data: bytes) -> str:
    return sha256(data).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
