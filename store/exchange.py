"""One HTTP request and its response, as they passed: the value that capture hands to the archive.

Bodies are the bytes on the wire (still content-encoded, with all that is secret in them) until `store.clean` has made
them ready to be kept; ``cleaned`` tells. Nothing of an exchange touches a disk before. All times are milliseconds:
``started_ms`` is wall clock (Unix), every other time is a monotonic offset from it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from store.headers import Headers


class Outcome(StrEnum):
    """How an exchange ended, judged by its terminal event where the wire format has one."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # the recorder died; recovered from the spool
    CLIENT_ABORTED = "client-aborted"
    UPSTREAM_ERROR = "upstream-error"  # the connection was cut, or never came up, on the provider's side
    NO_RESPONSE = "no-response"
    TRUNCATED = "truncated"  # the body was over the limit; the head is kept


class Mode(StrEnum):
    """How the traffic reached the recorder."""

    FORWARD = "forward"
    REVERSE = "reverse"
    UPSTREAM = "upstream"
    IMPORT = "import"


class Chunk(NamedTuple):
    """One piece of a response body as it arrived: offset in ms from the start, and its size in the body."""

    at_ms: int
    size: int


class Side(NamedTuple):
    """What came of making one body ready to be kept: its content coding undone, what is secret in it masked."""

    coding: str = ""  # why the coding could not be undone, or empty
    places: int = 0  # that were masked
    withheld: str = ""  # the error for which the body, or all of it from there on, is not kept; or empty


UNCHANGED: Final = Side()


class Cleaned(NamedTuple):
    """That both bodies, and the sizes of the chunks, are as they are to be kept."""

    rules: str  # version of the masking rules
    request: Side
    response: Side


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange; see the module docstring for units."""

    method: str
    url: str  # absolute, with query
    request_headers: Headers
    request_body: bytes
    started_ms: int
    status: int | None = None
    response_headers: Headers = ()
    response_body: bytes = b""
    chunks: tuple[Chunk, ...] = ()
    request_end_ms: int | None = None
    first_byte_ms: int | None = None
    end_ms: int | None = None
    outcome: Outcome = Outcome.COMPLETE
    error: str = ""  # the proxy's words when it was cut, else empty
    mode: Mode = Mode.FORWARD
    http_version: str = "HTTP/1.1"
    run: str = ""  # hex id of the run object, or empty
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())  # flags of the capture, e.g. "commit-late", "recovered"
    request_size: int | None = None  # bytes on the wire where the kept body is cut (outcome truncated)
    response_size: int | None = None
    unverified: bool = False  # nobody checked that the server is who it says
    cleaned: Cleaned | None = None  # None: as it passed
