"""JSON lines that another archive takes in under the same ids (docs/export.md)."""

from collections.abc import Iterator

from deck.export.chosen import Chosen
from deck.jsonl.closure import belonging, everything
from deck.jsonl.writer import written as lines

IS_TEXT = True


def written(chosen: Chosen) -> Iterator[bytes]:
    """The lines; of some turns with all the turns that they go on from."""
    archive = chosen.timeline.archive
    if chosen.everything:
        entries = everything(archive)
    else:
        entries = belonging(archive, (bytes.fromhex(row.id) for share in chosen.shares for row in share.turns))
    return lines(archive, entries, redacted=chosen.is_redacted)
