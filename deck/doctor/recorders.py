"""The proxies that record into an archive now, their mitmproxy, and who refused their CA."""

import importlib.metadata
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from deck.doctor.finding import Finding, mend, note, ok
from store import books
from store.archive import Archive
from store.errors import StoreError
from store.files import FILES

OLDEST = (11, 0, 2)
NEWEST_TRIED = (12, 2)
_RECENT_MS = 3_600_000


class Running(NamedTuple):
    """One recorder: where it listens, and the folder of the CA it signs with."""

    pid: int
    port: int
    mitmproxy: str
    confdir: Path
    refused: dict[str, int]
    refused_ms: int


def running(archive: Path) -> list[Running]:
    """The recorders of an archive that are alive."""
    found = []
    for said in books.recorders(archive, FILES):
        numbers = [value if isinstance(value := said.get(name), int) else 0 for name in ("pid", "port", "refused_ms")]
        texts = [str(said.get(name, "")) for name in ("mitmproxy", "confdir")]
        pid, port, refused_ms = numbers
        found.append(Running(pid, port, texts[0], Path(texts[1]), books.refused_ca(said), refused_ms))
    return found


def check(archive: Path, alive: Sequence[Running], now_ms: int) -> Iterator[Finding]:
    """Findings about the recorders that are ``alive``, and what those that ended left on record."""
    try:
        yield _supported("mitmproxy", importlib.metadata.version("mitmproxy"), "of `deck run` and `deck proxy`")
    except importlib.metadata.PackageNotFoundError:
        yield mend("mitmproxy", "it is not installed beside deck", "Install deck with its dependencies again.")
    for each in alive:
        yield ok("proxy", f"one records on 127.0.0.1:{each.port} (process {each.pid})")
        if each.mitmproxy:
            yield _supported("mitmproxy", each.mitmproxy, f"of the proxy on port {each.port}")
    if not alive:
        yield note(
            "proxy",
            "none is running that records into this archive",
            "Start one with `deck run -- COMMAND` or `deck proxy`.",
        )
    yield from _refused(archive, alive, now_ms)


def _supported(check: str, version: str, whose: str) -> Finding:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return mend(check, f"{version} ({whose}) is too old", f"It takes {oldest} or newer: pip install -U mitmproxy.")
    if numbers[:2] > NEWEST_TRIED:
        return note(check, f"{version} ({whose}) is newer than any that deck was tried with")
    return ok(check, f"{version} ({whose})")


def _refused(archive: Path, alive: Sequence[Running], now_ms: int) -> Iterator[Finding]:
    refused = [(host, n, each.refused_ms) for each in alive for host, n in each.refused.items()]
    for host, n, at_ms in [*refused, *_refused_before(archive, now_ms)]:
        age = max(0, now_ms - at_ms)
        message = (
            f"clients broke off TLS to {host} {n:,}×, last {age // 60_000:,} min ago: they do not trust the proxy's CA"
        )
        if age > _RECENT_MS:
            yield note("tls", message)
        else:
            yield mend("tls", message, f'Start them with `deck run`, or after eval "$(deck env)": {_WHICH}.')
    if not refused:
        yield ok("tls", "no client refused the CA of a running proxy")


_WHICH = "Node reads NODE_EXTRA_CA_CERTS, Python and Codex SSL_CERT_FILE"


def _refused_before(archive: Path, now_ms: int) -> Iterator[tuple[str, int, int]]:
    """Hosts, counts and times of recorders that ended in the last hour."""
    try:
        with Archive.open(archive) as opened:
            rows = opened.index.db.execute(
                "SELECT refused_ca, closed_ms FROM books WHERE refused_ca <> '{}' AND closed_ms > ? ORDER BY closed_ms",
                (now_ms - _RECENT_MS,),
            ).fetchall()
    except (StoreError, OSError):  # the archive's own check has said so
        return
    for refused, closed_ms in rows:
        for host, n in json.loads(refused).items():
            yield host, n, closed_ms
