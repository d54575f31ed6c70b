"""Corrections of edges: what was found out later about which turn follows which.

A turn says what was known when it was captured, and that is never rewritten. A correction is a blob that a journal
record of type `link` names,

    {"keys": <version of the link keys>, "links": [{"turn": <id>, "parents": [<edges as in a turn>]}]}

The index prefers the newest, so that all views do; an index made anew comes to the same.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from store.canonical import dumps, loads
from store.derive import put_edges
from store.errors import Damaged, StoreError
from store.ids import from_hex
from store.link_keys import VERSION

if TYPE_CHECKING:
    from store.archive import Archive

_MOST: Final = 1000  # corrections in one blob

Correction = dict[str, Any]
"""A turn's id and its edges: one member of ``links`` above."""


def payloads(found: Sequence[Correction]) -> Iterator[bytes]:
    """The corrections as blobs."""
    for start in range(0, len(found), _MOST):
        yield dumps({"keys": VERSION, "links": found[start : start + _MOST]})


def apply(archive: "Archive", payload: bytes, time_ms: int) -> None:
    """Put corrections into the index; of two for a turn the later one counts. The caller holds the transaction.

    Raises `Damaged` where they make no sense.
    """
    db = archive.index.db
    value = loads(payload)
    try:
        for link in value["links"]:
            turn = from_hex(link["turn"])
            later = db.execute("SELECT 1 FROM corrections WHERE turn = ? AND time_ms > ?", (turn, time_ms)).fetchone()
            if not later:
                db.execute("INSERT OR REPLACE INTO corrections VALUES(?, ?)", (turn, time_ms))
                db.execute("DELETE FROM parents WHERE turn = ?", (turn,))
                put_edges(archive, turn, link["parents"])
    except (AttributeError, KeyError, TypeError, ValueError, StoreError) as error:
        raise Damaged("a record of links that makes no sense") from error


def edges_of(archive: "Archive", turn: bytes) -> list[dict[str, Any]]:
    """A turn's edges as the index has them, in the shape in which turns have them."""
    rows = archive.index.db.execute(
        "SELECT parent, kind, confidence, call FROM parents WHERE turn = ? ORDER BY n", (turn,)
    )
    return [edge(bytes(parent), kind, confidence, call) for parent, kind, confidence, call in rows]


def edge(parent: bytes, kind: str, confidence: float, call: str) -> dict[str, Any]:
    """An edge in the shape in which turns have them."""
    found: dict[str, Any] = {"turn": parent.hex(), "kind": kind, "confidence": confidence}
    return found | ({"call": call} if call else {})
