"""What a recorder says of itself while it lives: a small JSON file in its spool folder, for `deck doctor` and the TUI.

Members: ``pid``, ``ports`` that it listens on, ``port`` (the first of them; once it was all there was), ``exposed``
(addresses that other machines reach), ``mitmproxy`` (its version), ``confdir`` (of its CA), ``fail`` (the policy),
``unverified`` (servers are not checked); where clients broke off TLS ``refused_ca`` (host -> how often) and
``refused_ms`` (the last time, Unix ms); and once not all was well ``trouble`` (why nothing can be written, or empty),
``waiting`` (exchanges that wait for the disk) and ``gaps`` (those that were lost).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from store.canonical import dumps, loads
from store.files import Files
from store.reserve import is_full

NAME: Final = "status"
_STEP: Final = 4096  # bytes; a status is filled up to a multiple of it, so that the next one fits where it lies


def write(folder: Path, files: Files, members: Mapping[str, Any]) -> None:
    """Replace the status in a spool folder. Not synced: it speaks of a process. Raises `OSError`.

    A full disk, of which it has to tell, has no room for another file: there it is written over the old one.
    """
    data = dumps(dict(members))
    data = data.ljust(-(-len(data) // _STEP) * _STEP)
    temporary = folder / f".{NAME}.tmp"
    try:
        files.remove(temporary)
        _put(files.create(temporary), data, files)
        files.rename(temporary, folder / NAME)
    except OSError as error:
        files.remove(temporary)
        if not is_full(error):
            raise
        _put(files.open_write(folder / NAME), data, files)


def _put(descriptor: int, data: bytes, files: Files) -> None:
    try:
        files.write_at(descriptor, data, 0)
    finally:
        files.close(descriptor)


def read(folder: Path, files: Files) -> dict[str, Any]:
    """The status in a spool folder; empty where there is none that can be read."""
    try:
        value = loads(files.read(folder / NAME))
    except OSError:
        return {}
    return value if isinstance(value, dict) else {}


def ports(said: Mapping[str, Any]) -> tuple[int, ...]:
    """The ports that are listened on, from a status, also of a version that told the first alone (0 for none)."""
    found = said.get("ports")
    told = found if isinstance(found, list) else [said.get("port")]
    return tuple(port for port in told if isinstance(port, int) and port)


def refused_ca(said: Mapping[str, Any]) -> dict[str, int]:
    """By host, how many clients broke off TLS, from a status."""
    found = said.get("refused_ca")
    if not isinstance(found, dict):
        return {}
    return {host: n for host, n in found.items() if isinstance(host, str) and isinstance(n, int)}
