"""An exchange in the spool that goes on with one in the archive, and is told by it."""

import json
from dataclasses import replace
from pathlib import Path

from store.archive import Archive
from store.clean import Cleaner
from store.exchange import Exchange
from store.record import Recorder
from store.seen import Conversations
from store.spool import Spool

HEAD = Exchange("POST", "https://api.anthropic.com/v1/messages", (), b"", 1_700_000_000_000)


def going_on(archive: Archive, again: int) -> bytes:
    """A request that says a recorded one again, ``again`` times as long, left in the spool; it is told by that one."""
    messages = [{"role": "user", "content": f"line {n} " * 100} for n in range(20)]
    seen = Conversations()
    with Recorder(archive, seen) as recorder:
        recorder.record(replace(HEAD, request_body=json.dumps({"messages": messages}).encode()))
    body = json.dumps({"messages": [*messages, {"role": "user", "content": "and now " * again}]}).encode()
    spool = Spool.create(archive.path, Cleaner(archive.key), seen)
    entry = spool.open(replace(HEAD, started_ms=HEAD.started_ms + 5))
    entry.whole_request(body, 1)
    entry.request_end(2)
    entry.response_head(200, (), 3)
    entry.response(b"{}", 4)
    spool.close()
    return body


def going_on_with_what_is_lost(path: Path) -> Path:
    """The spool file of such an exchange in the archive at ``path`` (made if absent), which has lost the one before."""
    with Archive.create(path) as archive:
        before = {*archive.packs.iterdir(), *archive.journals.iterdir()}
        going_on(archive, 1)
        for lost in {*archive.packs.iterdir(), *archive.journals.iterdir()} - before:
            lost.unlink()
    for file in (path / "index").iterdir():
        file.unlink()
    (spooled,) = (path / "spool").rglob("*.flight")
    return spooled
