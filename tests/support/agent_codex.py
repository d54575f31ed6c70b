"""Codex's end of a script: what its requests say last, and answers as the Responses API writes them."""

import json
from typing import Any

from agent_script import Call, Move, as_json
from agent_server import Asked, Served
from openai_response_streams import COUNTS, Events

COMPACTS = "compaction_trigger"  # the last item of a request for a summary
_OWN = ("function_call", "custom_tool_call", "reasoning", "compaction")  # types of the model's items


def warm_up(agent: str) -> str:
    """The last words of a request that wants no answer, by the name of the agent that sends it."""
    return f"(warm-up of {agent})"


def last_words(request: dict[str, Any]) -> str:
    """The items of the input that come after the model's last ones, or the mark of a `warm_up`."""
    if request.get("generate") is False:
        return warm_up(json.loads(request["client_metadata"]["x-codex-turn-metadata"])["agent_name"])
    items = request["input"]
    own = [place for place, item in enumerate(items) if item["type"] in _OWN or item.get("role") == "assistant"]
    return as_json(items[own[-1] + 1 if own else 0 :]).decode()


def aside(asked: Asked) -> Move:
    """What Codex asks beside the conversation: mostly to be warmed up, which has no answer."""
    return Move("aside", "", "" if asked.said.get("generate") is False else "Frogs")


def answers(move: Move, asked: Asked) -> Served:
    """The events of a response, over HTTP or a socket, or a refusal."""
    if move.status != 200:
        error = {"type": "server_error", "code": "server_error", "message": "Scripted"}
        if asked.socket:
            return Served([("error", as_json({"type": "error", "status": move.status, "error": error}))])
        return Served((), move.status, as_json({"error": error}))
    events = Events(f"resp_{asked.number}")
    if move.on == COMPACTS:
        item = {"id": f"cmp_{asked.number}", "type": "compaction", "encrypted_content": f"gAAAAAB-summary-{move.label}"}
        events.item(item, item)
    elif move.says:
        events.text(move.says[:7], move.says[7:])
    for call in move.calls:
        _call(events, call)
    total = {**COUNTS, "input_tokens": move.size, "total_tokens": move.size + 40}
    events.end(counts=total, model=asked.said.get("model"))
    return Served([(json.loads(message)["type"], message) for message in events.messages])


def _call(events: Events, call: Call) -> None:
    """A call; ``space.name`` is the tool ``name`` of the namespace ``space``."""
    if call.text:
        events.custom(call.id, call.name, call.text)
        return
    space, _, name = call.name.rpartition(".")
    written = as_json(call.given).decode()
    item = {"id": f"fc_{call.id}", "type": "function_call", "call_id": call.id, "name": name, "namespace": space}
    events.item(
        {**item, "status": "in_progress", "arguments": ""},
        {**item, "status": "completed", "arguments": written},
        ("response.function_call_arguments.delta", {"delta": written}),
        ("response.function_call_arguments.done", {"arguments": written, "name": name}),
    )
