"""The CA that deck's proxies sign with."""

import datetime
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from deck.doctor.finding import Finding, mend, note, ok
from deck.launch.roots import CA_CERTIFICATE, CA_KEY

_SOON = datetime.timedelta(days=30)


def check(folder: Path, now: datetime.datetime) -> Iterator[Finding]:
    """Findings about the CA in ``folder``; ``now`` has a time zone."""
    certificate, key = folder / CA_CERTIFICATE, folder / CA_KEY
    if not certificate.exists() and not key.exists():
        yield note("ca", f"there is none in {folder} yet", "The first `deck run`, `deck proxy` or `deck env` makes it.")
        return
    anew = f"Remove {folder}; the next `deck run` makes a new one, and `deck env` has to be run again."
    yield from _open_to_others(folder, "700")
    yield from _open_to_others(key, "600")
    if not (certificate.exists() and key.exists()):
        yield mend("ca", f"{folder} holds only half of it", anew)
        return
    try:
        ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        yield mend("ca", f"{certificate} cannot be read", anew)
        return
    if ends <= now:
        yield mend("ca", f"it ended on {ends:%Y-%m-%d}, so no client accepts it", anew)
    elif ends - now < _SOON:
        yield mend("ca", f"it ends on {ends:%Y-%m-%d}", anew)
    else:
        yield ok("ca", f"{certificate}, until {ends:%Y-%m-%d}")


def check_foreign(folder: Path) -> Iterator[Finding]:
    """The same about the folder of a CA that a running recorder uses and that is not deck's own: is its key closed?"""
    yield from _open_to_others(folder / CA_KEY, "600")


def _open_to_others(path: Path, least: str) -> Iterator[Finding]:
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        then = f"chmod {least} {path}"
        yield mend("ca", f"{path} is open to other users: who reads it can pose as any provider to you", then)
