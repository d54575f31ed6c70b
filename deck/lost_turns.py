"""What to say of turns that were recorded and cannot be read: no list calls a damaged archive empty."""

from deck.diagnostics import OK, report
from deck.render import plural
from store.archive import Archive
from store.errors import Damaged
from store.quarantine import FOLDER


def lost_turns(archive: Archive) -> str:
    """A sentence about them, or ``""`` where there are none. Asks the index, and whether a repair set bytes aside."""
    lost = archive.index.lost_turns()
    aside = archive.files.names(archive.path / FOLDER)
    kept = f"; damaged bytes are kept in {archive.path / FOLDER}" if aside else ""
    if lost:
        return f"{plural(lost, 'turn')} recorded here cannot be read{kept}"
    if aside and not archive.index.db.execute("SELECT 1 FROM turns LIMIT 1").fetchone():
        return f"no turn can be read here{kept}"
    return ""


def tell(lost: str, *, is_empty: bool) -> int:
    """Say what `lost_turns` has to say on stderr; what a list of turns, or a sum over them, ends with.

    That is `DAMAGED` where it ``is_empty``: it would otherwise say that there is nothing.
    """
    code = report(Damaged(lost)) if lost else OK
    return code if is_empty else OK
