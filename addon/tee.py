"""The callable that mitmproxy streams a body through.

mitmproxy loses the chunk, or hangs the client, when the callable raises (wire.md §5). So it never raises, and it
returns the very object it was given, whatever happens to the copy.
"""

import contextlib
from collections.abc import Callable


class Tee:
    """Hands every piece of a body to ``sink`` and then on; after the first failure it only passes on."""

    __slots__ = ("_failed", "_sink")

    def __init__(self, sink: Callable[[bytes], None], failed: Callable[[Exception], None]) -> None:
        self._sink: Callable[[bytes], None] | None = sink
        self._failed = failed

    def __call__(self, data: bytes) -> bytes:
        """The same ``data``. mitmproxy's empty piece at the clean end is no piece of the body."""
        sink = self._sink
        if data and sink is not None:
            try:
                sink(data)
            except Exception as error:  # noqa: BLE001  nothing that happens to our copy may touch the traffic
                self._sink = None
                with contextlib.suppress(Exception):
                    self._failed(error)
        return data
