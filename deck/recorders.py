"""The recorders of an archive that are alive, in the words of their own statuses (`store.status`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deck.render import plural
from store import books, status
from store.files import FILES


class Running(NamedTuple):
    """One recorder."""

    pid: int
    ports: tuple[int, ...]  # that it listens on
    mitmproxy: str
    confdir: Path  # of the CA it signs with
    refused: dict[str, int]
    refused_ms: int
    exposed: tuple[str, ...] = ()
    unverified: bool = False
    fail: str = ""
    trouble: str = ""
    waiting: int = 0
    gaps: int = 0

    @property
    def where(self) -> str:
        """Its ports, in words."""
        if not self.ports:
            return "no port"
        return f"port{'s' if len(self.ports) > 1 else ''} {', '.join(map(str, self.ports))}"


def running(archive: Path) -> list[Running]:
    """The recorders of an archive that are alive."""
    return [_from_status(said) for said in books.recorders(archive, FILES)]


def how_it_fares(one: Running) -> str:
    """Why a recorder cannot record, what waits and what is lost; empty where it records and has lost nothing."""
    parts = [
        f"cannot record: {one.trouble}" if one.trouble else "",
        f"{plural(one.waiting, 'exchange')} waiting for the disk" if one.waiting else "",
        f"{plural(one.gaps, 'gap')} so far" if one.gaps else "",
    ]
    return "; ".join(part for part in parts if part)


def _from_status(said: Mapping[str, object]) -> Running:
    exposed = said.get("exposed")
    return Running(
        pid=_number(said, "pid"),
        ports=status.ports(said),
        mitmproxy=str(said.get("mitmproxy", "")),
        confdir=Path(str(said.get("confdir", ""))),
        refused=status.refused_ca(said),
        refused_ms=_number(said, "refused_ms"),
        exposed=tuple(map(str, exposed)) if isinstance(exposed, list) else (),
        unverified=said.get("unverified") is True,
        fail=str(said.get("fail", "")),
        trouble=str(said.get("trouble", "")),
        waiting=_number(said, "waiting"),
        gaps=_number(said, "gaps"),
    )


def _number(said: Mapping[str, object], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) else 0
