"""How an exchange begins: its number in the recorder's book, its spool file, and what the fail policy says of it."""

from mitmproxy import http

from addon.inflight import InFlight
from addon.report import Counts
from addon.writer import Writer
from store.book import Fate, session_in, tag
from store.exchange import Exchange

_SEEN = "deck_number"  # of a flow that stands in the book


def see(flow: http.HTTPFlow, writer: Writer | None, fate: Fate) -> int:
    """Enter a live request into the book; its number, which the flow keeps. 0 where there is no book."""
    if writer is None:
        return 0
    number = flow.metadata[_SEEN] = writer.book.seen(tag(session_in(flow.request.headers.fields)), fate)
    return number


def see_message(head: Exchange, writer: Writer | None) -> int:
    """The same for a request that is a message of a WebSocket; ``head`` is its handshake's."""
    return writer.book.seen(tag(session_in(head.request_headers))) if writer is not None else 0


def number_of(flow: http.HTTPFlow, writer: Writer | None) -> int:
    """The number of a flow that failed, which is entered now if that came first; 0 for one from a file."""
    if _SEEN in flow.metadata:
        return int(flow.metadata[_SEEN])
    return see(flow, writer, Fate.OPEN) if flow.live else 0


def admit(writer: Writer | None, head: Exchange, number: int, is_closed: bool, counts: Counts) -> InFlight | str:
    """A new exchange, or why the fail policy (``is_closed``) refuses it."""
    if writer is None:
        return "none is open"
    spooling = writer.spooling(head, number)
    if not is_closed:
        return InFlight(head, spooling, number)
    entry = spooling.open_entry() if spooling is not None else None
    if spooling is not None and entry is not None and not writer.trouble:
        return InFlight(head, spooling._replace(open_entry=lambda: entry), number)
    if entry is not None:
        entry.discard()
    counts.refused += 1
    writer.lost("refused", head, writer.trouble, number)
    return writer.trouble or "it is not open yet"
