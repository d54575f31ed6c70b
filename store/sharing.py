"""Which objects that are stored already a writer's commit may refer to, asked of the index as seldom as possible."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from store.archive import Archive
    from store.index import Index

_MOST_AT_ONCE: Final = 20


class Sharing:
    """Objects of the writer's own pack and of sealed ones. It stays so while nobody else tells the index."""

    def __init__(self, archive: "Archive") -> None:
        self._archive = archive  # whose index may be another one later
        self._as_of: tuple[Index, int] | None = None  # the index, and what it says of changes by others
        self._found: set[bytes] = set()
        self._lacking: set[bytes] = set()

    def begin(self, *, is_new_frame: bool) -> None:
        """A commit begins, and with it a transaction of the index: others may have stored since, or removed."""
        self._lacking.clear()
        index = self._archive.index
        as_of = (index, index.db.execute("PRAGMA data_version").fetchone()[0])
        if is_new_frame or as_of != self._as_of:
            self._found.clear()
        self._as_of = as_of

    def has(self, wanted: bytes, own_pack: str) -> bool:
        """Whether there is a copy to refer to."""
        if wanted not in self._found and wanted not in self._lacking:
            self.look_up((wanted,), own_pack)
        return wanted in self._found

    def look_up(self, ids: Collection[bytes], own_pack: str) -> None:
        """Ask at once for several objects that this commit will be asked for; of very many only for some."""
        asked = [each for each in ids if each not in self._found][:_MOST_AT_ONCE]
        if asked:
            self._found |= self._archive.index.reusable(asked, own_pack)
            self._lacking.update(each for each in asked if each not in self._found)
