"""The values of the read model: what the TUI, the commands and the exports show. Only `deck.timeline` makes them.

Every text in here is as it was captured, hence hostile: it passes `deck.render.safe` (or the TUI's border) before it
reaches a screen. Times are milliseconds: ``*_ms`` named ``started_ms``/``last_ms`` are wall clock (Unix), offsets and
durations are relative. Ids are 64 hex digits.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from store.reading import Block, Usage

if TYPE_CHECKING:
    from store.notes import Note  # most archives have none: it is imported where there are some


class SessionView(NamedTuple):
    """One row of the sessions list."""

    key: str  # the session's name in revs: the agent's own id, or "line-<short hash of its root turn>"
    title: str
    client: str  # "claude-code", "codex", … or ""
    version: str
    models: tuple[str, ...]
    turns: int
    threads: int  # subagent threads
    errors: int  # turns whose answer is an error
    failures: int  # calls of tools that failed
    interrupted: int
    input_tokens: int | None  # uncached input + cache reads + cache writes over all turns, None where none was reported
    cached_tokens: int
    output_tokens: int | None
    started_ms: int
    last_ms: int  # end of the last turn
    outcome: str  # outcome of the last main turn
    head: str  # id of the session's last turn
    live: bool  # a writer is alive and its newest turn is of this session

    @property
    def recency(self) -> tuple[bool, int]:
        """Sorts sessions for every list: live ones first, then the newest activity, whenever that was recorded."""
        return not self.live, -self.last_ms

    @property
    def tokens(self) -> int:
        """All tokens that were reported."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)


class BranchRow(NamedTuple):
    """A subagent of a session, or all of its side calls of one role; what a list of sessions folds into a session."""

    session: str
    thread: str  # of a subagent; "" for side calls
    role: str  # sub | aux:…
    turns: int
    input_tokens: int | None  # None where none was reported
    output_tokens: int | None
    first: int  # number of its first turn in the session


class Edge(NamedTuple):
    """A link to a parent turn."""

    turn: str
    kind: str  # continues, retries, forks, spawned-by, …
    confidence: float
    call: str = ""  # for spawned-by: id of the tool call


SENT_AGAIN = ("compacts", "rewrites", "probable")
"""Kinds of edges of turns whose requests carry old messages in another form, so that all of them look new."""


class TurnRow(NamedTuple):
    """One turn in a list; cheap, from the index alone."""

    number: int  # 1-based position in the session, in order of the archive
    id: str
    session: str
    thread: str  # "" is main
    role: str  # main | sub | aux:…
    parents: tuple[Edge, ...]
    started_ms: int
    first_byte_ms: int | None
    duration_ms: int | None
    outcome: str
    status: int | None
    model: str
    usage: Usage
    stop_reason: str
    error: str
    summary: str  # first line of what is new in it


class StepRow(NamedTuple):
    """One line of the timeline; cheap, from the index alone."""

    position: int  # 0-based in the session's list of steps
    turn: str
    turn_number: int
    number: int  # 1-based inside its turn: the N of `rev:N`
    role: str
    kind: str  # a block kind of store.reading
    name: str  # tool name
    summary: str  # first line, at most 200 characters
    call_id: str
    is_error: bool
    at_ms: int  # offset from the session's start
    thread: str


class Message(NamedTuple):
    """One message of a conversation: its id in the chain and its blocks."""

    id: str
    role: str
    blocks: tuple[Block, ...]
    raw: bytes  # the element as stored, volatile members cut out


class Step(NamedTuple):
    """A step in full: the block, and for a tool call its result (and the other way round) where known."""

    row: StepRow
    block: Block
    result: Block | None = None  # for a tool call
    result_turn: str = ""
    call: Block | None = None  # for a tool result
    call_turn: str = ""
    joined: StepRow | None = None  # the row of the one or the other


class TurnView(NamedTuple):
    """A turn in full."""

    row: TurnRow
    payload: dict[str, Any]  # the turn object, parsed
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    system: tuple[Block, ...]
    tools: tuple[tuple[str, Any], ...]
    earlier: tuple[Message, ...]  # messages the parent's request and answer already had
    new: tuple[Message, ...]  # what this request added
    answer: Message | None
    steps: tuple[StepRow, ...]


class Beside(NamedTuple):
    """What people put beside an object: the names of its tags, and its notes and stars, oldest first."""

    tags: tuple[str, ...] = ()
    notes: "tuple[Note, ...]" = ()


class Piece(NamedTuple):
    """Something of the streamed answer becoming visible; of a block without text: that it begins, that it is whole."""

    at_ms: int  # offset from the turn's start
    kind: str
    text: str
    new_block: bool


class Hit(NamedTuple):
    """A place found by a search inside a session."""

    position: int  # of the step
    excerpt: str
