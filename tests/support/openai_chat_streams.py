"""Event streams of Chat Completions, built for tests: OpenAI's own, and what compatible hosts make of them."""

import json
from typing import Any

END = b"data: [DONE]\n\n"


def chunk(*choices: dict[str, Any], **members: Any) -> bytes:
    """One chunk as an event."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test"}
    data = json.dumps({**head, "choices": list(choices), **members}, ensure_ascii=False)
    return f"data: {data}\n\n".encode("utf-8", "surrogatepass")


def delta(change: dict[str, Any], index: int = 0, finish: str | None = None, **members: Any) -> bytes:
    """A chunk with one choice."""
    return chunk({"index": index, "delta": change, "logprobs": None, "finish_reason": finish}, **members)


def text(*pieces: str, index: int = 0) -> bytes:
    """The role, and a text in pieces."""
    opening = delta({"role": "assistant", "content": "", "refusal": None}, index)
    return opening + b"".join(delta({"content": piece}, index) for piece in pieces)


def call(index: int, call_id: str, name: str, *pieces: str) -> bytes:
    """A tool call whose arguments are the JSON in ``pieces``."""
    head = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = ({"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces)
    return delta({"tool_calls": [head]}) + b"".join(delta(each) for each in rest)


def usage(asked: int, answered: int, **members: Any) -> dict[str, Any]:
    """A ``usage`` object."""
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered, **members}


COUNTS = usage(
    90,
    40,
    prompt_tokens_details={"cached_tokens": 64, "audio_tokens": 0},
    completion_tokens_details={"reasoning_tokens": 11, "audio_tokens": 0},
)

STREAMS: dict[str, bytes] = {
    "text": text("Hel", "lo ", "wörld\n🙂") + delta({}, finish="stop") + END,
    "nothing": text() + delta({}, finish="stop") + END,
    "usage": text("Hi") + delta({}, finish="stop") + chunk(usage=COUNTS) + END,
    "text and parallel tools": text("Two things")
    + call(0, "call_1", "Bash", '{"comm', 'and": "ls", ', '"timeout": 1.50}')
    + call(1, "call_2", "List", "{}")
    + delta({}, finish="tool_calls")
    + chunk(usage=COUNTS)
    + END,
    "refusal": delta({"role": "assistant", "content": None, "refusal": ""})
    + delta({"refusal": "I can't "})
    + delta({"refusal": "do that."})
    + delta({}, finish="stop")
    + END,
    "function_call": delta({"role": "assistant", "content": None, "function_call": {"name": "Bash", "arguments": ""}})
    + delta({"function_call": {"arguments": '{"command"'}})
    + delta({"function_call": {"arguments": ': "ls"}'}})
    + delta({}, finish="function_call")
    + END,
    "two choices": text("Heads", index=0)
    + text("Ta", index=1)
    + delta({"content": "!"}, 0)
    + delta({"content": "ils"}, 1)
    + delta({}, 1, "stop")
    + delta({}, 0, "stop")
    + END,
}
"""Streams that OpenAI sends; its SDK accumulates each of them."""

_REASONED = usage(20, 5, completion_tokens_details={"reasoning_tokens": 7}) | {"total_tokens": 32}
_PAGE = {"url": "https://example.org/", "title": "A page", "start_index": 0, "end_index": 7}
_SEARCHED = [{"type": "url_citation", "url_citation": _PAGE}]

HOSTS: dict[str, bytes] = {
    # comments while waiting, thoughts told twice, cache writes, the cost
    "openrouter": b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n"
    + delta(
        {
            "role": "assistant",
            "content": "",
            "reasoning": "Let me ",
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Let me ", "format": "anthropic-claude-v1", "index": 0}
            ],
        },
        provider="Anthropic",
    )
    + delta(
        {
            "content": "",
            "reasoning": "see",
            "reasoning_details": [
                {"type": "reasoning.text", "text": "see", "format": "anthropic-claude-v1", "index": 0}
            ],
        }
    )
    + delta(
        {
            "content": "",
            "reasoning_details": [
                {"type": "reasoning.text", "signature": "c2ln", "format": "anthropic-claude-v1", "index": 0}
            ],
        }
    )
    + delta({"role": "assistant", "content": "It is 4."})
    + delta({"role": "assistant", "content": ""}, finish="stop")
    + chunk(
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None},
        usage=usage(100, 9, cost=0.001, prompt_tokens_details={"cached_tokens": 30, "cache_write_tokens": 50}),
    )
    + END,
    "openrouter, a provider fails": text("It is")
    + delta({"content": ""}, finish="error", error={"code": 502, "message": "Provider disconnected"})
    + END,
    # usage inside x_groq, thoughts in `reasoning`
    "groq": delta({"role": "assistant", "content": ""}, x_groq={"id": "req_1"})
    + delta({"reasoning": "Hm."})
    + delta({"content": "Four."})
    + delta({}, finish="stop", x_groq={"id": "req_1", "usage": usage(12, 3) | {"queue_time": 0.1}})
    + END,
    # content as parts, calls whole and with their index, usage in the last chunk
    "mistral": delta({"role": "assistant", "content": ""})
    + delta({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me "}]}]})
    + delta({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "see"}]}]})
    + delta({"content": [{"type": "text", "text": "It is"}]})
    + delta({"content": [{"type": "text", "text": " 4."}]})
    + delta(
        {"tool_calls": [{"id": "a1B2c3D4e", "function": {"name": "Add", "arguments": '{"a": 2}'}, "index": 0}]},
        finish="tool_calls",
        usage=usage(14, 6),
    )
    + END,
    # thoughts in `reasoning_content`, cache hits beside the sums
    "deepseek": delta({"role": "assistant", "content": None, "reasoning_content": ""})
    + delta({"content": None, "reasoning_content": "Two and "})
    + delta({"content": None, "reasoning_content": "two."})
    + delta({"content": "Four.", "reasoning_content": None})
    + delta({"content": "", "reasoning_content": None}, finish="stop", usage=usage(50, 8, prompt_cache_hit_tokens=32))
    + END,
    # usage in every chunk, tokens of reasoning on top of the completion's, role in every delta, no [DONE]
    "xai": delta({"role": "assistant", "reasoning_content": "Hm. "}, usage=usage(20, 1))
    + delta({"role": "assistant", "reasoning_content": "Yes."}, usage=usage(20, 2))
    + delta({"role": "assistant", "content": "Four."}, usage=usage(20, 5))
    + delta({"role": "assistant", "content": ""}, finish="stop", usage=_REASONED),
    # a first chunk about the prompt without choices, filter results in each choice
    "azure": chunk(id="", model="", prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}])
    + text("Four")
    + chunk({"index": 0, "delta": {}, "finish_reason": "stop", "content_filter_results": {"hate": {"filtered": False}}})
    + END,
    # usage inside the choice, cached tokens beside the sums
    "moonshot": text("Four.")
    + chunk({"index": 0, "delta": {}, "finish_reason": "stop", "usage": usage(30, 2, cached_tokens=10)})
    + END,
    # several whole calls under index 0
    "ollama": delta({"role": "assistant", "content": ""})
    + delta(
        {"tool_calls": [{"id": "c1", "index": 0, "type": "function", "function": {"name": "A", "arguments": "{}"}}]}
    )
    + delta(
        {"tool_calls": [{"id": "c2", "index": 0, "type": "function", "function": {"name": "B", "arguments": "{}"}}]}
    )
    + delta({}, finish="tool_calls")
    + END,
    # calls without an index
    "gemini": delta(
        {
            "role": "assistant",
            "tool_calls": [{"id": "g1", "type": "function", "function": {"name": "A", "arguments": "{}"}}],
        }
    )
    + delta(
        {"tool_calls": [{"id": "g2", "type": "function", "function": {"name": "B", "arguments": "{}"}}]}, finish="stop"
    )
    + END,
    # id and name again in each piece of a call
    "vllm": delta({"role": "assistant", "content": ""})
    + delta(
        {"tool_calls": [{"id": "v1", "index": 0, "type": "function", "function": {"name": "A", "arguments": '{"x"'}}]}
    )
    + delta(
        {"tool_calls": [{"id": "v1", "index": 0, "type": "function", "function": {"name": "A", "arguments": ": 1}"}}]}
    )
    + delta({}, finish="tool_calls", usage=usage(3, 4))
    + END,
    # ids of tokens in each delta, usage that is null until the last chunk
    "together": delta({"role": "assistant", "content": "Fo", "token_id": 5, "tool_calls": None}, usage=None)
    + delta({"role": "assistant", "content": "ur.", "token_id": 6, "tool_calls": None}, usage=None)
    + delta({"role": "assistant", "content": "", "token_id": 7, "tool_calls": None}, finish="stop", usage=usage(9, 3))
    + END,
    # usage with the reason, timings beside it
    "fireworks": delta({"role": "assistant"})
    + delta({"reasoning_content": "Hm."})
    + delta({"content": "Four."})
    + delta({}, finish="stop", usage=usage(11, 4, prompt_tokens_details={"cached_tokens": 8}), perf_metrics={"ttft": 1})
    + END,
    # role and thoughts in each delta, usage in the last
    "z.ai": delta({"role": "assistant", "reasoning_content": "Two and "})
    + delta({"role": "assistant", "reasoning_content": "two."})
    + delta({"role": "assistant", "content": "Four."})
    + delta(
        {"role": "assistant", "content": ""},
        finish="stop",
        usage=usage(15, 6, prompt_tokens_details={"cached_tokens": 4}),
    )
    + END,
    # the price in a chunk of its own, after the usage
    "opencode": text("Four.")
    + delta({}, finish="stop")
    + chunk(usage=usage(8, 2, prompt_tokens_details={"cached_tokens": 0}))
    + b'data: {"choices": [], "cost": "0.0001"}\n\n'
    + END,
    # the sources of a search
    "search": text("The sky") + delta({"annotations": _SEARCHED}) + delta({}, finish="stop") + END,
    # an error as an event of its own
    "an error": text("The") + b'event: error\ndata: {"error": {"message": "Overloaded", "type": "server_error"}}\n\n',
}
"""Streams of compatible hosts, each with its quirks."""
