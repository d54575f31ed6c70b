"""The neutral view of a turn that a wire module derives: blocks, usage, identity, answer.

A reading is a view (design promise 2): it can be derived again at any time, and nothing that was captured is ever
changed to fit it. What a wire module does not understand becomes a block of kind ``other`` that keeps the data.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from store.headers import Headers

BLOCK_KINDS = (
    "text",
    "thinking",
    "tool-call",
    "tool-result",
    "server-tool-call",
    "server-tool-result",
    "image",
    "document",
    "refusal",
    "error",
    "other",
)


class Block(NamedTuple):
    """One thing a person sees in a message.

    ``text`` is the readable content (for a tool call: empty; for a tool result: its text). ``data`` is the tool
    input, the image or document source, or whatever an unknown block held. ``end`` is, for blocks of a streamed
    answer, the byte offset in the decoded response body at which the block was complete, else -1; ``start`` likewise.
    """

    role: str  # system | user | assistant | tool
    kind: str  # one of BLOCK_KINDS
    text: str = ""
    name: str = ""  # tool name
    call_id: str = ""
    data: Any = None
    is_error: bool = False
    start: int = -1
    end: int = -1


class Usage(NamedTuple):
    """Token counts as the provider reported them; ``None`` where it said nothing.

    ``input`` excludes cached tokens (Anthropic's meaning): context size = input + cache_read + cache writes.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None

    @property
    def context(self) -> int:
        """Tokens that were in the window when the model answered."""
        return sum(n or 0 for n in (self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h))


class Identity(NamedTuple):
    """Who is speaking, from headers and body; empty strings where the wire says nothing."""

    client: str = ""  # e.g. "claude-code"
    version: str = ""
    session: str = ""
    thread: str = ""  # "" is the main thread
    role: str = "main"  # main | sub | aux:title | aux:count-tokens | aux:…
    cwd: str = ""


class Answer(NamedTuple):
    """What came back, rebuilt from a stream or read from one JSON body.

    ``message`` is the assistant message in the provider's own shape (what a client would echo), or None where there
    is none. ``terminal`` says whether the stream's terminal event (or the whole JSON document) was seen: it decides
    `complete` against `interrupted`. ``error`` is an error event or error body in short words.
    """

    message: dict[str, Any] | None = None
    blocks: tuple[Block, ...] = ()
    usage: Usage = Usage()
    stop_reason: str = ""
    model: str = ""
    response_id: str = ""
    error: str = ""
    terminal: bool = False


Members = Mapping[str, bytes]
"""Top-level members of a request body except the conversation (see `laid_open`): name -> raw JSON bytes as sent."""


def laid_open(body: Any) -> dict[str, Any]:
    """Members of a parsed request body, none where it is no object.

    What the envelope of Gemini's Code Assist, ``{"model": …, "request": {"contents": […], …}}``, holds inside lies
    beside what it holds outside, as if it had been sent bare.
    """
    if not isinstance(body, dict):
        return {}
    inner = body.get("request")
    if not isinstance(inner, dict) or "contents" not in inner:
        return body
    return {**inner, **{name: value for name, value in body.items() if name != "request"}}


class Wire(Protocol):
    """One wire format. A module in ``store/wire/`` has one instance of it named ``WIRE``."""

    name: str  # e.g. "anthropic.messages"; stored in every turn
    version: int  # raised when a reading of the same bytes changes
    conversation: str  # member that is the conversation, an array or one text, or "" for none
    spawn_tools: tuple[str, ...]  # names of tools whose `prompt` input becomes a subagent's first user text
    tool_item: bytes  # what every conversation element that offers tools has in its bytes; b"" where none can

    def claims(self, url_path: str, members: Members) -> bool:
        """Whether this module reads a request to this path (no query) with these members. Never raises."""

    def identity(self, headers: "Headers", members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Who is speaking; ``first`` is the conversation's first element, parsed. Never raises."""

    def folder(self, opening: Sequence[bytes]) -> str:
        """The working directory that the first messages of a conversation tell, as sent, or ``""``. Never raises."""

    def model(self, url_path: str, members: Members) -> str:
        """The model that was asked for, or ``""``."""

    def link_form(self, element: Any) -> Any:
        """A JSON value equal for every form in which clients echo the same message (link key only)."""

    def base(self, members: Members) -> str:
        """The id of the response that the provider keeps and puts before this conversation, or ``""``."""

    def echo(self, message: dict[str, Any]) -> tuple[Any, ...]:
        """The conversation elements as which a client sends an answer's message back. Never raises."""

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """Blocks of one conversation element, parsed. Unknown shapes become ``other`` blocks. Never raises."""

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """The system prompt as blocks, from the members. Never raises."""

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """(name, schema element) of each tool that the members offer, in order. Never raises."""

    def placed_tools(self, element: Any) -> tuple[tuple[str, Any], ...]:
        """The same of the tools that a conversation element offers, parsed. Never raises."""

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """The answer in a decoded response body, complete or cut anywhere. Never raises."""


class Plain:
    """What most wire formats have in common, to inherit from: see `Wire` for what each member means."""

    tool_item = b""

    def placed_tools(self, element: Any) -> tuple[tuple[str, Any], ...]:
        """None: all tools are in a member of their own."""
        return ()

    def folder(self, opening: Sequence[bytes]) -> str:
        """None: clients tell it in places that `identity` looks at, or not at all."""
        return ""

    def base(self, members: Members) -> str:
        """None: every request holds its whole conversation."""
        return ""

    def echo(self, message: dict[str, Any]) -> tuple[Any, ...]:
        """The message itself is one element."""
        return (message,)
