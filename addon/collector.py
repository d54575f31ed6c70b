"""Python's garbage collector in a proxy that records.

A commit makes and drops thousands of containers in a few milliseconds. Each 700 of them would start a collection, which
finds next to nothing and keeps what it looked at for longer ones: a seventh of what capture cost (docs/decisions.md).
And a full collection looks at the 90,000 that mitmproxy consists of, 60 ms in which nothing passes.
"""

import contextlib
import gc
from collections.abc import Iterator

PATIENT = 20_000  # containers; what a commit never finishes leaves behind is still collected


def leave_out_what_stays() -> None:
    """What is there now stays as long as the process: from now on collections do not look at it."""
    gc.collect()
    gc.freeze()
    gc.collect()  # of nothing: how much there was decides when the next full one is due


@contextlib.contextmanager
def patient() -> Iterator[None]:
    """No collection starts for what is made in here and dropped again. One thread at a time."""
    usual = gc.get_threshold()
    gc.set_threshold(max(PATIENT, usual[0]) if usual[0] else 0, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
