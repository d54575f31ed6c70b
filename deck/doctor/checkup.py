"""All checks in order."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deck.doctor import archive, authority, config, recorders, shell
from deck.doctor.finding import Finding
from deck.recorders import running
from store import providers
from store.errors import StoreError
from store.locations import ca_folder


def examine(
    path: Path, is_named: bool, environ: Mapping[str, str], home: Path, cwd: Path, now: datetime.datetime
) -> Iterator[Finding]:
    """Everything that can be said of the archive in ``path`` and of a shell with these variables."""
    now_ms = int(now.timestamp() * 1000)
    folder = ca_folder(environ)
    alive = running(path)
    yield from archive.check(path, is_named, now_ms)
    yield from config.check(path, environ)
    yield from recorders.check(path, alive, now_ms)
    yield from authority.check(folder, now)
    for confdir in sorted({each.confdir for each in alive} - {folder}):
        yield from authority.check_foreign(confdir)
    yield from shell.check(environ, home, cwd, alive, folder, _hosts(path))


def _hosts(path: Path) -> Sequence[str]:
    """The providers' hosts; those that are built in where the archive's config.toml cannot be understood."""
    try:
        return providers.known_hosts(path)
    except StoreError:  # the check of config.toml tells why
        return providers.known_hosts()
