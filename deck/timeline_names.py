"""What revs can name in an archive, for `deck.revs`."""

import re

from deck.timeline_beside import are_there_any
from store.archive import Archive
from store.errors import Damaged, NotFound
from store.ids import ID_BYTES, MIN_PREFIX, from_hex, is_prefix

_TAG = re.compile(r"[\w+@-][\w.+@-]{0,199}\Z")


class ArchiveNames:
    """`deck.revs.Names` of an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def head(self) -> str | None:
        """The newest turn. Raises `Damaged` where turns were recorded and none can be read."""
        newest = self.newest()
        if newest is None:
            from deck.lost_turns import lost_turns

            if told := lost_turns(self._archive):
                raise Damaged(told)
        return newest

    def newest(self) -> str | None:
        """The newest turn that can be read."""
        row = self._archive.index.db.execute("SELECT id FROM turns ORDER BY number DESC LIMIT 1").fetchone()
        return row[0].hex() if row else None

    def tag(self, name: str) -> str | None:
        """What a tag names: one of deck's own (`store.notes`), else a file in ``refs/tags`` that somebody put there."""
        if are_there_any(self._archive):
            from store import notes

            if found := notes.tagged(self._archive, name):
                return found[-1].target
        if not _TAG.match(name):
            return None
        path = self._archive.path / "refs" / "tags" / name
        try:
            text = self._archive.files.read(path).decode("ascii", "replace").strip()
        except OSError:
            return None
        if len(text) != 2 * ID_BYTES or not is_prefix(text):
            raise Damaged(f"the tag {name} holds no id", where=str(path))
        return text

    def sessions_beginning(self, prefix: str, limit: int) -> list[tuple[str, str]]:
        """(key, last turn) of sessions whose key begins so, the exact one first."""
        rows = self._archive.index.db.execute(
            "SELECT session, head FROM sessions WHERE substr(session, 1, ?) = ? ORDER BY session LIMIT ?",
            (len(prefix), prefix, limit),
        )
        return [(key, head.hex()) for key, head in rows]

    def objects_beginning(self, prefix: str, limit: int) -> list[str]:
        """Ids that begin so; a turn wins over objects that are none, as it is what people mean."""
        found = self._archive.index.with_prefix(prefix, limit)
        turns = [id for id, kind in found if kind == "turn"]
        return turns if len(turns) == 1 else [id for id, _kind in found]

    def beginning(self, text: str, limit: int) -> list[str]:
        """Names that a rev beginning with ``text`` could have, at most ``limit`` of each kind.

        Tags, sessions (those that went on last first), and the whole ids of turns once something is typed.
        """
        tags: list[str] = []
        if are_there_any(self._archive):
            from store import notes

            tags = [note.name for note in notes.tags(self._archive) if note.name.startswith(text)][:limit]
        db = self._archive.index.db
        query = "SELECT session FROM sessions WHERE substr(session, 1, ?) = ? ORDER BY head_number DESC LIMIT ?"
        sessions = [key for (key,) in db.execute(query, (len(text), text, limit))]
        turns: list[str] = []
        if text and is_prefix(text.ljust(MIN_PREFIX, "0")):
            low, high = (bytes.fromhex(text.ljust(2 * ID_BYTES, digit)) for digit in "0f")
            rows = db.execute("SELECT id FROM turns WHERE id BETWEEN ? AND ? LIMIT ?", (low, high, limit))
            turns = [id.hex() for (id,) in rows]
        return [*tags, *sessions, *turns]

    def describe(self, id: str) -> tuple[str, str]:
        """(kind, session key or empty) of an object."""
        place = self._archive.index.locate(from_hex(id))
        if place is None:
            raise NotFound(f"no object {id}")
        row = self._archive.index.db.execute("SELECT session FROM turns WHERE id = ?", (from_hex(id),)).fetchone()
        return place.kind, row[0] if row else ""

    def previous(self, turn: str) -> str | None:
        """The turn before: along `continues`, else the first parent."""
        row = self._archive.index.db.execute(
            "SELECT parent FROM parents WHERE turn = ? ORDER BY kind <> 'continues', n LIMIT 1", (from_hex(turn),)
        ).fetchone()
        return row[0].hex() if row else None
