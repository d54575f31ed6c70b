"""One direction's body while it passes."""

from typing import Final

BODY_LIMIT: Final = 64 << 20


class Body:
    """The pieces that are kept, up to `BODY_LIMIT`, and the size of all that passed."""

    __slots__ = ("pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def count(self, data: bytes) -> bytes:
        """The part of ``data`` that the limit allows to keep."""
        size = self.size = self.size + len(data)
        return data if size <= BODY_LIMIT else data[: max(0, len(data) - (size - BODY_LIMIT))]

    @property
    def kept(self) -> int:
        """Bytes kept."""
        return min(self.size, BODY_LIMIT)

    @property
    def size_if_cut(self) -> int | None:
        """Bytes on the wire where not all of them were kept."""
        return self.size if self.size > BODY_LIMIT else None
