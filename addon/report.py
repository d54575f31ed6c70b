"""What the recorder has done so far, for whoever started it: a small JSON file, replaced as a whole."""

import contextlib
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 0.1


@dataclass(slots=True)
class Counts:
    """The figures of one recorder. Each is written by one thread only: the first six by the writer's."""

    turns: int = 0  # new in the archive
    known: int = 0  # were there already
    gaps: int = 0
    recovered: int = 0
    last: str = ""  # hex id of the newest turn
    last_session: str = ""
    requests: int = 0  # everything that reached the proxy, tunnels included
    skipped: int = 0  # requests to provider hosts that are no model calls
    websockets: int = 0
    refused: int = 0  # model calls answered 503 by the fail policy
    strangers: int = 0  # requests without the proxy's password, answered 407
    late: int = 0  # responses whose end did not wait for their commit any longer
    ports: tuple[int, ...] = ()  # that are listened on
    tls_failures: dict[str, int] = field(default_factory=dict)  # provider host -> clients that refused the proxy's CA
    unreached: dict[str, int] = field(default_factory=dict)  # host:port of a model server -> failed connections to it

    @property
    def port(self) -> int:
        """The first of the ports; 0 where there is none (yet)."""
        return self.ports[0] if self.ports else 0


class Report:
    """The status file; without a path nothing is written."""

    def __init__(self, path: Path | None, counts: Counts) -> None:
        self.counts = counts
        self._path = path
        self._changed = path is not None
        self._written = 0.0

    def touch(self) -> bool:
        """Something changed since the file was written; true where that is news to whoever writes it."""
        if self._changed or self._path is None:
            return False
        self._changed = True
        return True

    def due(self) -> float | None:
        """Seconds until the file should be written; None where nothing changed."""
        return max(0.0, self._written + EVERY - time.monotonic()) if self._changed else None

    def write(self) -> None:
        """Replace the file. A status nobody can read harms no traffic, so a failure is passed over."""
        if self._path is None:
            return
        self._changed = False
        self._written = time.monotonic()
        counts = self.counts
        status = {
            "pid": os.getpid(),
            "port": counts.port,
            "ports": list(counts.ports),
            "turns": counts.turns,
            "known": counts.known,
            "recovered": counts.recovered,
            "skipped": counts.skipped,
            "websockets": counts.websockets,
            "gaps": counts.gaps,
            "late": counts.late,
            "refused": counts.refused,
            "strangers": counts.strangers,
            "requests": counts.requests,
            "last": counts.last,
            "last_session": counts.last_session,
            "tls_failures": dict(counts.tls_failures),
            "unreached": dict(counts.unreached),
        }
        with contextlib.suppress(OSError):
            # Its folder may be everybody's: a name that nobody can guess, and a file that is the user's alone.
            descriptor, temporary = tempfile.mkstemp(
                prefix=f".{self._path.name}.", suffix=".tmp", dir=self._path.parent
            )
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(status) + "\n")
            os.replace(temporary, self._path)
