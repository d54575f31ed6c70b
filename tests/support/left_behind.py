"""What dead processes left in an archive's spool, put together without the archive's bodies."""

from pathlib import Path

from store.exchange import Exchange
from store.orphans import orphans
from store.spool_exchange import rebuild


def left_behind(archive: Path) -> list[Exchange | None]:
    """An exchange for each spool file; None where it holds none."""
    found = [rebuild(orphan.data, _no_body) for orphan in orphans(archive)]
    return [spooled and spooled.exchange for spooled in found]


def _no_body(wanted: bytes) -> bytes:
    raise AssertionError(f"nothing was kept, so nothing can refer to {wanted.hex()}")
