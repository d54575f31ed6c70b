"""Says why mitmproxy stopped reading a file, where it does not say so: it expects the errors of sound files only."""

import asyncio
import logging

from mitmproxy import ctx

_log = logging.getLogger("deck")


class Reading:
    """The addon; what it says has the form of mitmproxy's own complaints, for `deck import`."""

    def done(self) -> None:
        """mitmproxy stops: look how its reading ended."""
        addons = ctx.master.addons
        reader = addons.get("readfile") or addons.get("readfilestdin")  # type: ignore[no-untyped-call]
        task: asyncio.Task[None] | None = getattr(reader, "_read_task", None)
        if task is None or not task.done() or task.cancelled():
            return
        error = task.exception()
        if error is not None:
            why = type(error).__name__
            _log.error("Failed to read %s: it is no recording that makes sense (%s)", ctx.options.rfile, why)
