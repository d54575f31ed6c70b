"""What every Python process of a run asks of the network, as the interpreter itself reports it (audit events)."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_WATCH = """
import json, os, sys
_EVENTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
def _note(event, arguments):
    if event in _EVENTS:
        about = arguments[:1] if event.startswith("socket.get") else arguments[1:2]  # the others begin with the socket
        line = json.dumps([event, list(about)], default=repr)
        out = os.open(os.environ["DECK_TEST_WATCH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(out, line.encode() + b"\\n")
        os.close(out)
sys.addaudithook(_note)
"""


def watched(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables under which every Python process notes what it asks; ``folder`` takes the notes."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_WATCH)
    notes = {"DECK_TEST_WATCH": str(folder / "notes")}
    return {**environ, **notes, "PYTHONPATH": f"{folder}:{environ.get('PYTHONPATH', '')}"}


def addresses(folder: Path) -> Iterator[tuple[str, Any]]:
    """(event, host or path) of everything noted."""
    notes = folder / "notes"
    for line in notes.read_text().splitlines() if notes.exists() else ():
        event, (address, *_) = json.loads(line)
        yield event, address[0] if isinstance(address, list) else address
