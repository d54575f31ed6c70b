"""The proxies that record into an archive now, their mitmproxy, and who refused their CA."""

import importlib.metadata
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from deck.doctor.finding import Finding, mend, note, ok
from deck.recorders import Running, how_it_fares
from store.archive import Archive
from store.errors import StoreError

OLDEST = (11, 0, 2)
NEWEST_TRIED = (12, 2)
_RECENT_MS = 3_600_000


def check(archive: Path, alive: Sequence[Running], now_ms: int) -> Iterator[Finding]:
    """Findings about the recorders that are ``alive``, and what those that ended left on record."""
    try:
        yield _supported("mitmproxy", importlib.metadata.version("mitmproxy"), "of `deck run` and `deck proxy`")
    except importlib.metadata.PackageNotFoundError:
        yield mend("mitmproxy", "it is not installed beside deck", "Install deck with its dependencies again.")
    for each in alive:
        yield _recording(each)
        yield from _open_to_others(each)
        if each.mitmproxy:
            yield _supported("mitmproxy", each.mitmproxy, f"of the proxy on {each.where}")
    if not alive:
        yield note(
            "proxy",
            "none is running that records into this archive",
            "Start one with `deck run -- COMMAND` or `deck proxy`.",
        )
    yield from _refused(archive, alive, now_ms)


def _recording(one: Running) -> Finding:
    """How recording goes, and what the fail policy makes of it where it does not."""
    where = f"on {one.where} (process {one.pid}, fail policy {one.fail or 'open'})"
    if not one.trouble:
        return ok("proxy", f"one records {where}" + (f"; {how_it_fares(one)}" if one.gaps else ""))
    then = "new model calls get a 503" if one.fail == "closed" else "traffic goes on, and what finds no room is lost"
    return mend("proxy", f"the one {where} {how_it_fares(one)}", f"Mend that; until then {then}.")


def _open_to_others(one: Running) -> Iterator[Finding]:
    """What makes a recorder less safe than it could be."""
    for address in one.exposed:
        message = f"it listens on {address}: other machines can use it, and fill the archive"
        yield mend("proxy", message, "Start it without --listen-host, or with --set proxyauth=NAME:PASSWORD.")
    if one.unverified:
        message = "it does not check certificates of servers: anybody on the way can pose as the provider"
        yield mend(
            "proxy", message, "Start it without ssl_insecure; --set ssl_verify_upstream_trusted_ca=FILE names a root."
        )


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
