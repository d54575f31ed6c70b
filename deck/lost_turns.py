"""What to say of turns that were recorded and cannot be read: no list calls a damaged archive empty."""

from deck.render import plural
from store.archive import Archive
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
