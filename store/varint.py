"""Unsigned LEB128 integers and length-prefixed byte strings: the small change of the physical encodings."""

from collections.abc import Sequence

from store.errors import Damaged

_MOST_BITS = 62


def put(out: bytearray, value: int) -> None:
    """Append ``value`` (>= 0)."""
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def put_bytes(out: bytearray, data: bytes | bytearray) -> None:
    """Append the length of ``data`` and ``data``."""
    put(out, len(data))
    out += data


def put_all(values: Sequence[int]) -> bytes:
    """All of ``values`` one after the other; small ones, which most are, at once."""
    if max(values, default=0) < 0x80:
        return bytes(values)
    out: list[int] = []
    add = out.append
    for value in values:
        while value > 0x7F:
            add(value & 0x7F | 0x80)
            value >>= 7
        add(value)
    return bytes(out)


def take_all(data: bytes) -> Sequence[int]:
    """The integers that `put_all` wrote. Raises `Damaged` for anything else."""
    if data.isascii():
        return data
    values = []
    result = shift = 0
    for byte in data:
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(result)
            result = shift = 0
        elif shift > _MOST_BITS:
            break
    if shift:
        raise Damaged("a number runs past its record")
    return values


class Cursor:
    """Reads what `put` and `put_bytes` wrote; raises `Damaged` at anything that cannot have been written so."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, position: int = 0, end: int | None = None) -> None:
        self.data = data
        self.position = position
        self.end = len(data) if end is None else end

    def varint(self) -> int:
        """The next integer."""
        data, position, result, shift = self.data, self.position, 0, 0
        while position < self.end and shift <= _MOST_BITS:
            byte = data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                self.position = position
                return result
            shift += 7
        raise Damaged("a number runs past its record")

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        stop = self.position + length
        if stop > self.end:
            raise Damaged("a field runs past its record")
        taken = self.data[self.position : stop]
        self.position = stop
        return taken

    def bytes(self) -> bytes:
        """The next length-prefixed byte string."""
        return self.take(self.varint())

    @property
    def done(self) -> bool:
        """Whether everything was read."""
        return self.position >= self.end
