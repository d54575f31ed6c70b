"""Making an exchange ready to be kept: cleaned, taken apart and read. Nothing here touches a disk."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from store import wire as wires
from store.body import Body, Earlier, split
from store.canonical import dumps, loads
from store.clean import Cleaner
from store.conversation import Conversation
from store.exchange import Cleaned, Exchange, Outcome
from store.headers import blob as headers_blob
from store.headers import header
from store.ids import object_id
from store.reading import Answer, Identity, Members, Wire
from store.records import message_payload
from store.seen import Conversations, Seen

_TOOL_LISTS_KEPT: Final = 3
_MOST_ANSWER: Final = 64 << 20  # escaped it can be three times as long as the body, and a commit takes both bodies too
_OPENING: Final = 12  # first messages in which a client may tell its working directory; Codex does in the sixth


class Request(NamedTuple):
    """A request ready to be kept. ``ids`` and ``contents`` are its conversation."""

    headers: bytes  # the headers blob
    whole: bytes  # the body
    id: bytes  # of the body
    body: Body | None
    ids: tuple[bytes, ...]
    contents: tuple[bytes, ...]
    new: tuple[Any, ...]  # the last of its messages, parsed: those that no body had lately
    first: Any  # the first message, parsed; None where there is none
    wire: Wire
    who: Identity
    model: str
    base: str  # id of the response that the provider puts before the conversation, or ""
    tools: int  # how many this request offers

    def element(self, place: int) -> Any:
        """The message at ``place``, parsed."""
        old = len(self.ids) - len(self.new)
        return self.new[place - old] if place >= old else loads(self.contents[place])


class Incoming(NamedTuple):
    """An exchange ready to be kept."""

    exchange: Exchange  # clean
    cleaned: Cleaned
    request: Request
    response_headers: bytes  # the headers blob
    answer: Answer

    @property
    def outcome(self) -> Outcome:
        """How it ended: a stream is judged by its terminal event, not by how the connection ended."""
        outcome, terminal = self.exchange.outcome, self.answer.terminal
        if self.exchange.status is None and outcome == Outcome.COMPLETE:
            return Outcome.NO_RESPONSE
        if outcome in (Outcome.INTERRUPTED, Outcome.CLIENT_ABORTED, Outcome.UPSTREAM_ERROR) and terminal:
            return Outcome.COMPLETE
        if outcome == Outcome.COMPLETE and not terminal and self.exchange.status == 200:
            return Outcome.INTERRUPTED
        return outcome

    @property
    def provider_id(self) -> str:
        """The id that the provider gave the request, or ``""``; a socket's handshake has one for all its exchanges."""
        headers = () if self.exchange.status == 101 else self.exchange.response_headers
        return next((found for name in ("request-id", "x-request-id") if (found := header(headers, name))), "")

    def answer_element(self) -> bytes | None:
        """The answer as a message element; none where there is none, or one too deep or too long to write."""
        try:
            element = None if self.answer.message is None else dumps(self.answer.message)
        except ValueError:
            return None
        return element if element is None or len(element) <= _MOST_ANSWER else None


class Intake:
    """Prepares exchanges, comparing each body with the latest ones of the conversations it has seen."""

    def __init__(self, cleaner: Cleaner, seen: Conversations) -> None:
        self._cleaner = cleaner
        self._seen = seen
        self._tool_counts: list[tuple[bytes, int]] = []

    def prepare(self, exchange: Exchange) -> Incoming:
        """The exchange, ready to be kept. Never raises on what was captured."""
        exchange, cleaned = self._cleaner.exchange(exchange)
        request = self._read(exchange)
        kind = header(exchange.response_headers, "content-type")
        return Incoming(
            exchange=exchange,
            cleaned=cleaned,
            request=request,
            response_headers=headers_blob(exchange.response_headers),
            answer=request.wire.answer(exchange.response_body, kind, exchange.status or 0),
        )

    def _read(self, exchange: Exchange) -> Request:
        whole = exchange.request_body
        seen = self._seen.like(whole)
        body = split(whole, seen.earlier if seen else None)
        members = body.members if body else {}
        talk = body.conversation if body else None
        known = seen if seen is not None and talk is not None and talk.known else None
        contents = _contents(talk, known)
        path = _path(exchange.url)
        wire = wires.pick(path, members)
        first = known.first if known else talk.new[0] if talk else None
        who = wire.identity(exchange.request_headers, members, first if isinstance(first, dict) else None)
        if not who.cwd:
            who = who._replace(cwd=wire.folder(contents[:_OPENING]))
        return Request(
            headers=headers_blob(exchange.request_headers),
            whole=whole,
            id=object_id("blob", whole),
            body=body,
            ids=_chain_ids(talk, contents, known),
            contents=contents,
            new=talk.new if talk else (),
            first=first,
            wire=wire,
            who=who,
            model=wire.model(path, members),
            base=wire.base(members),
            tools=self._count_tools(wire, members) + _count_placed(wire, contents),
        )

    def remember(self, incoming: Incoming) -> None:
        """Keep this body as the latest of its conversation, to compare the next one with."""
        request = incoming.request
        if request.body is None or not request.ids:
            return
        earlier = Earlier(request.whole, request.body)
        self._seen.remember(Seen(request.id, earlier, request.contents, request.ids, request.first))

    def _count_tools(self, wire: Wire, members: Members) -> int:
        """How many tools the members of a request offer; lists seen lately are not parsed again."""
        raw = members.get("tools", b"")
        count = next((count for seen, count in self._tool_counts if seen == raw), None)
        if count is None:
            count = len(wire.tools(members))
            self._tool_counts = [(raw, count), *self._tool_counts][:_TOOL_LISTS_KEPT]
        return count


def _count_placed(wire: Wire, contents: tuple[bytes, ...]) -> int:
    """How many tools the conversation of a request offers."""
    marked = wire.tool_item and [content for content in contents if wire.tool_item in content]
    return sum(len(wire.placed_tools(loads(content))) for content in marked or ())


def _contents(talk: Conversation | None, known: Seen | None) -> tuple[bytes, ...]:
    """Messages of a conversation; those of a known beginning are taken over."""
    if talk is None:
        return ()
    new = [element.content for element in talk.elements[talk.known :]]
    return (*known.contents[: talk.known], *new) if known else tuple(new)


def _chain_ids(talk: Conversation | None, contents: tuple[bytes, ...], known: Seen | None) -> tuple[bytes, ...]:
    """Ids of the messages ``contents``; those of a known beginning are taken over."""
    ids = list(known.ids[: talk.known]) if known and talk else []
    parent = ids[-1] if ids else None
    for content in contents[len(ids) :]:
        parent = object_id("message", message_payload(parent, content))
        ids.append(parent)
    return tuple(ids)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
