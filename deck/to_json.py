"""Views as plain values for ``--json``. A schema's members may be added to; what is there keeps its meaning."""

from typing import TYPE_CHECKING, Any

from deck.diagnostics import NOT_FOUND, Problem
from deck.parts import object_of, step_row
from deck.revs import Target
from deck.timeline import Timeline
from deck.views import Beside, Message, SessionView, Step, TurnRow, TurnView
from store.canonical import UNPARSABLE, loads
from store.reading import Block, laid_open
from store.wire import by_name

if TYPE_CHECKING:
    from deck.cost.sessions import SessionCost
    from deck.follow import Followed
    from store.ledger import Ledger
    from store.notes import Note


def session_json(view: SessionView) -> dict[str, Any]:
    """A row of the sessions list."""
    return _members(view)


def ledger_json(ledger: "Ledger", session: str) -> dict[str, Any]:
    """The ledger of a session: its state, why, and every figure."""
    state = ledger.state(session)
    return {"state": state.word, "why": state.why, **ledger.account(session).as_json()}


def cost_json(cost: "SessionCost") -> dict[str, Any]:
    """What is known of a cost: micro-dollars, null where nothing is known, and how many turns they leave out."""
    known = None if cost.unknown and not cost.micro_usd else cost.micro_usd
    return {"cost_micro_usd": known, "turns_of_unknown_cost": cost.unknown}


def note_json(note: "Note") -> dict[str, Any]:
    """A note or star."""
    return _members(note)


def beside_json(beside: Beside) -> dict[str, Any]:
    """What people put beside an object."""
    return {"refs": [f"tags/{name}" for name in beside.tags], "notes": [note_json(note) for note in beside.notes]}


def followed_json(followed: "Followed") -> dict[str, Any]:
    """A step of a turn that was just committed; ``step`` is null where the turn has none."""
    turn, step = followed.turn, followed.step
    address = turn.id if step is None else f"{turn.id}:{step.number}"
    shown = {name: getattr(turn, name) for name in ("session", "thread", "role", "model", "outcome", "error")}
    told = None if step is None else _members(step)
    return {"address": address, "time_ms": followed.at_ms, "turn": turn.id, **shown, "step": told}


def row_json(row: TurnRow) -> dict[str, Any]:
    """A turn in a list."""
    return {
        **_members(row),
        "parents": [_members(edge) for edge in row.parents],
        "usage": _members(row.usage),
    }


def turn_json(view: TurnView, timeline: Timeline, *, full: bool) -> dict[str, Any]:
    """A turn: its row, its steps with calls and results joined, its object; with ``full`` also its context."""
    id = view.row.id
    shown: dict[str, Any] = {
        "turn": {**row_json(view.row), "cost_micro_usd": timeline.cost(id), **beside_json(timeline.beside(id))},
        "object": view.payload,
        "earlier_messages": view.payload["request"]["known"],
        "new_messages": [message_json(message) for message in view.new],
        "answer": None if view.answer is None else message_json(view.answer),
        "steps": [step_json(timeline.step(row)) for row in view.steps],
        "tools": [name for name, _schema in view.tools],
    }
    if full:
        shown |= {
            "earlier": [message_json(message) for message in view.earlier],
            "system": [block_json(block) for block in view.system],
            "tool_schemas": [schema for _name, schema in view.tools],
            "request_headers": [list(pair) for pair in view.request_headers],
            "response_headers": [list(pair) for pair in view.response_headers],
        }
    return shown


def step_json(step: Step) -> dict[str, Any]:
    """A step in full."""
    return {
        **_members(step.row),
        "block": block_json(step.block),
        "result": None if step.result is None else block_json(step.result),
        "result_turn": step.result_turn,
        "call": None if step.call is None else block_json(step.call),
        "call_turn": step.call_turn,
    }


def target_json(timeline: Timeline, target: Target) -> dict[str, Any]:
    """Any object, or the part of a turn, that a rev names."""
    named: dict[str, Any] = {"rev": target.rev, "id": target.id, "kind": target.kind}
    match target.part:
        case "step":
            return {**named, "step": step_json(timeline.step(step_row(timeline, target)))}
        case "system":
            return {**named, "system": [block_json(block) for block in timeline.turn(target.id, earlier=False).system]}
        case "tools":
            tools = timeline.turn(target.id, earlier=False).tools
            return {**named, "tools": [schema for name, schema in tools if target.tool in ("", name)]}
    id = object_of(timeline, target)
    found = timeline.object(id)
    value = loads(found.payload)
    if value is UNPARSABLE:
        value = found.payload.decode("utf-8", "backslashreplace")
    return {**named, "id": id, "kind": found.kind, "size": len(found.payload), "payload": value}


def conversation(timeline: Timeline, id: str) -> list[Any]:
    """The conversation of a turn as the client sent it, and the answer as the client would send it back."""
    payload = timeline.payload(id)
    name = payload["request"]["conversation"]
    messages = laid_open(loads(timeline.body(id, "request"))).get(name) if name else None
    messages = [messages] if isinstance(messages, str) else messages
    if not isinstance(messages, list):
        raise Problem(
            "the request holds no conversation that deck can read", "--raw request gives its bytes", NOT_FOUND
        )
    view = timeline.turn(id, earlier=False)
    answer = loads(view.answer.raw) if view.answer is not None else UNPARSABLE
    wire = by_name(payload["reading"]["wire"])
    return [*messages, *(wire.echo(answer) if isinstance(answer, dict) else ())]


def _members(value: Any) -> dict[str, Any]:
    """The members of a view, by name."""
    return {name: getattr(value, name) for name in type(value).__annotations__}


def message_json(message: Message) -> dict[str, Any]:
    """A message with its element as stored."""
    value = loads(message.raw)
    return {"id": message.id, "role": message.role, "message": None if value is UNPARSABLE else value}


def block_json(block: Block) -> dict[str, Any]:
    """A block without its place in a stream."""
    names = ("role", "kind", "text", "name", "call_id", "data", "is_error")
    return {name: getattr(block, name) for name in names}
