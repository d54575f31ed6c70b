"""Claude Code's end of a script: what its requests say last, and answers as the Messages API writes them."""

from typing import Any

from agent_script import Move, as_json
from agent_server import Asked, Served

TITLE = "Frogs in a folder"


def last_words(request: dict[str, Any]) -> str:
    """The last message of the user, with the ids of the calls whose results it holds; nothing of side calls."""
    if not request.get("tools"):
        return ""
    messages = [each for each in request.get("messages", ()) if each.get("role") == "user"]
    return as_json(messages[-1]["content"]).decode() if messages else ""


def aside(asked: Asked) -> Move:
    """What Claude Code asks beside the conversation: a title as JSON, or one token."""
    wants_json = "output_config" in asked.said
    return Move("aside", "", as_json({"title": TITLE}).decode() if wants_json else "Frogs")


def answers(move: Move, asked: Asked) -> Served:
    """A streamed message, one document where no stream was asked for, or a refusal."""
    if move.status != 200:
        error = {"type": "overloaded_error" if move.status == 529 else "api_error", "message": "Scripted"}
        return Served((), move.status, as_json({"type": "error", "error": error}), (("retry-after-ms", "50"),))
    if asked.path.endswith("/count_tokens"):
        return Served((), 200, as_json({"input_tokens": move.size}))
    usage = {"input_tokens": move.size, "output_tokens": 20}
    usage |= {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    blocks: list[dict[str, Any]] = [{"type": "text", "text": move.says}] if move.says else []
    blocks += [{"type": "tool_use", "id": call.id, "name": call.name, "input": call.given} for call in move.calls]
    message = {"id": f"msg_{asked.number}", "type": "message", "role": "assistant", "model": asked.said.get("model")}
    stop = {"stop_reason": "tool_use" if move.calls else "end_turn", "stop_sequence": None}
    if not asked.said.get("stream"):
        return Served((), 200, as_json({**message, "content": blocks, **stop, "usage": usage}))
    begun: dict[str, Any] = {"content": [], "stop_reason": None, "stop_sequence": None}
    start = message | begun | {"usage": usage | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(blocks):
        at = {"index": index}
        empty: dict[str, Any] = dict(block, text="") if block["type"] == "text" else dict(block, input={})
        events.append({"type": "content_block_start", **at, "content_block": empty})
        events += [{"type": "content_block_delta", **at, "delta": delta} for delta in _deltas(block)]
        events.append({"type": "content_block_stop", **at})
    events.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 20}})
    events.append({"type": "message_stop"})
    return Served([(each["type"], as_json(each)) for each in events])


def _deltas(block: dict[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "text":
        text = block["text"]
        return [{"type": "text_delta", "text": piece} for piece in (text[:7], text[7:]) if piece]
    written = as_json(block["input"]).decode()
    return [{"type": "input_json_delta", "partial_json": piece} for piece in ("", written[:9], written[9:])]
