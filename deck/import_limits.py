"""How much an imported file may ask for, looked at before mitmproxy reads it: that takes a HAR, or one flow, whole.

What is nested too deep, or makes no sense, mitmproxy finds itself; what bodies unfold to the store bounds.
"""

import re
from pathlib import Path
from typing import Final

from deck.diagnostics import Problem

LARGEST_HAR: Final = 256 << 20  # bytes; parsed, one takes about six times as many
LARGEST_FLOW: Final = 512 << 20
_HAR: Final = re.compile(rb"(?:\xef\xbb\xbf)?\{")
_LENGTH: Final = re.compile(rb"(\d{1,12}):")
_LENGTH_BYTES: Final = 13


def refuse_too_large(file: Path) -> None:
    """Raise `Problem` for a HAR, or a file with a flow, that is larger than is read. Damage is not judged."""
    with file.open("rb") as recording:
        head = recording.read(_LENGTH_BYTES)
        if _HAR.match(head):
            if file.stat().st_size > LARGEST_HAR:
                raise Problem(
                    f"{file} is a HAR of more than {LARGEST_HAR >> 20} MiB.", "Export it in parts, or as a flow file."
                )
            return
        position = 0
        while (length := _LENGTH.match(head)) is not None:
            if int(length[1]) > LARGEST_FLOW:
                raise Problem(
                    f"{file} says at byte {position:,} that a flow of more than {LARGEST_FLOW >> 20} MiB follows.",
                    "It is damaged, or no recording; nothing of it was read.",
                )
            position += length.end() + int(length[1]) + 1
            recording.seek(position)
            head = recording.read(_LENGTH_BYTES)
