"""Any other JSON or event stream: shown as what it is, so that traffic nobody knows yet is still readable.

Bodies are stored whole whatever this module makes of them; it only bounds how much of an unknown answer is turned
into blocks.
"""

from collections.abc import Mapping
from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.headers import Headers, header
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire import sse
from store.wire.bodies import status_words

_MAX_EVENTS: Final = 200  # events that become a block each; the rest share one
_MAX_TEXT: Final = 64 * 2**10  # characters of text that is neither


class Generic(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "generic"
    version = 1
    conversation = ""
    spawn_tools: tuple[str, ...] = ()

    def claims(self, url_path: str, members: Members) -> bool:
        """Everything; it is asked last."""
        return True

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Client and version from the User-Agent; nothing else can be known."""
        from store.wire.products import product

        client, version = product(header(headers, "user-agent"))
        return Identity(client=client, version=version)

    def model(self, url_path: str, members: Members) -> str:
        """The ``model`` member, which most formats have."""
        model = loads(members.get("model", b""))
        return model if isinstance(model, str) else ""

    def link_form(self, element: Any) -> Any:
        """The element itself: what a client may change is not known."""
        return element

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """One block."""
        if isinstance(element, str):
            return (Block("user", "text", text=element),)
        return (Block("user", "other", data=element),)

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """None that could be told apart."""
        return ()

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """None that could be told apart."""
        return ()

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """A JSON value, events or text. Only a cut inside a JSON value or an event can be seen as a cut."""
        error = status_words(status)
        kind = content_type.lower()
        if "event-stream" in kind:
            return _from_events(body, error)
        value = loads(body)
        if value is not UNPARSABLE:
            model = value.get("model") if isinstance(value, dict) else None
            return Answer(
                blocks=(Block("assistant", "other", data=value),),
                model=model if isinstance(model, str) else "",
                error=error,
                terminal=True,
            )
        text = body[: 4 * _MAX_TEXT].decode("utf-8", "replace")[:_MAX_TEXT]
        blocks = (Block("assistant", "other", text=text),) if text else ()
        return Answer(blocks=blocks, error=error, terminal="json" not in kind)


def _from_events(body: bytes, error: str) -> Answer:
    parser = sse.Parser()
    events = parser.feed(body) + parser.flush()
    blocks = [_block(event) for event in events[:_MAX_EVENTS]]
    rest = events[_MAX_EVENTS:]
    if rest:
        text = b"\n".join(event.data for event in rest).decode("utf-8", "replace")
        blocks.append(Block("assistant", "other", text=text, start=rest[0].start, end=rest[-1].end))
    return Answer(blocks=tuple(blocks), error=error, terminal=not parser.pending)


def _block(event: sse.Event) -> Block:
    text = event.data.decode("utf-8", "replace")
    data = loads(text)
    if data is UNPARSABLE:
        return Block("assistant", "other", text=text, name=event.name, start=event.start, end=event.end)
    return Block("assistant", "other", name=event.name, data=data, start=event.start, end=event.end)


WIRE: Final = Generic()
