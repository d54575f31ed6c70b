"""Server-sent events, parsed as they arrive, by the rules of the WHATWG HTML standard (§9.2, "event stream").

Lines end with LF, CR or CRLF; ``data`` lines of one event are joined with LF; a byte order mark at the start is
skipped; comments, ``id``, ``retry`` and unknown fields are passed over; an event counts once the empty line after it
has arrived, as clients see it. Work is linear in the bytes fed, however they are cut, and nothing raises.
"""

from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event. ``start`` and ``end`` are byte offsets in the stream: of its first line, and after its empty line."""

    name: str  # "message" where the stream gave none
    data: bytes
    start: int
    end: int


class Parser:
    """An incremental parser: `feed` bytes, take events; `flush` once at the end.

    ``offset`` is where in the stream the bytes begin; an event must begin there.
    """

    def __init__(self, offset: int = 0) -> None:
        self._buffer = bytearray()
        self._offset = offset  # of the buffer's first byte in the stream
        self._searched = 0  # bytes of the buffer that are known to hold no line end
        self._start = -1  # offset of the first line of the event in progress
        self._name = ""
        self._data: list[bytes] = []

    @property
    def pending(self) -> bool:
        """Whether an event has begun that has not ended yet."""
        return self._start >= 0 or bool(self._buffer)

    def feed(self, data: bytes) -> list[Event]:
        """The events that these next bytes complete."""
        self._buffer += data
        return self._parse(at_end=False)

    def flush(self) -> list[Event]:
        """The event that a last lone CR completes, if any. An event without its empty line is not one."""
        return self._parse(at_end=True)

    def _parse(self, at_end: bool) -> list[Event]:
        buffer = self._buffer
        size = len(buffer)
        events: list[Event] = []
        position, search = 0, self._searched
        lf = cr = -1  # the next of each from `search` on; `size` (which is -1 % (size + 1)) once there is none
        while True:
            if lf < search:
                lf = buffer.find(b"\n", search) % (size + 1)
            if cr < search:
                cr = buffer.find(b"\r", search) % (size + 1)
            line_end = min(lf, cr)
            # a CR that is the last byte so far may be half of a CRLF
            if line_end == size or (cr == line_end == size - 1 and not at_end):
                break
            after = line_end + (2 if cr + 1 == lf < size else 1)
            event = self._line(bytes(buffer[position:line_end]), self._offset + position, self._offset + after)
            if event is not None:
                events.append(event)
            position = search = after
        self._searched = line_end - position
        self._offset += position
        del buffer[:position]
        return events

    def _line(self, line: bytes, start: int, after: int) -> Event | None:
        if start == 0:
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch(after)
        if self._start < 0:
            self._start = start
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self, after: int) -> Event | None:
        event = None
        if self._data:
            event = Event(self._name or "message", b"\n".join(self._data), self._start, after)
        self._start = -1
        self._name = ""
        self._data = []
        return event


def parse(body: bytes, offset: int = 0) -> list[Event]:
    """All events of a whole stream, or of the rest of one from ``offset`` on."""
    parser = Parser(offset)
    return parser.feed(body) + parser.flush()
