"""What the demo's model says. Its next reply depends on whose conversation it is and how far that has come; what it
says about the tests it reads from the tool results, as a model would."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HOST = "api.anthropic.com"
MODEL = "claude-demo-1"
TASK = "The tests of this little shop fail. Find out why, fix it, and show me that they pass."
SYSTEM = (
    "You are a careful coding agent in a small Python project. Look before you change anything, change as little as "
    "possible, and prove your work with the tests. Delegate searches through the code to a subagent."
)
SUB_SYSTEM = "You are a subagent that answers one question about a code base. Read only; answer in two sentences."
QUESTION = (
    "Find every call of discount() in this project and say in which unit the callers give the percentage: "
    "as 0 to 100, or as 0 to 1?"
)
_CHARACTERS_A_TOKEN = 4
_RAN = re.compile(r"Ran (\d+) tests?")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: content blocks in the API's shape, and why it ends."""

    blocks: tuple[dict[str, Any], ...]
    stop_reason: str


def next_reply(request: dict[str, Any]) -> Reply:
    """The model's reply to a request of the Messages API. Past its end the script says so."""
    messages = request["messages"]
    scripts = _SUBAGENT if SUB_SYSTEM in json.dumps(request.get("system")) else _MAIN
    turn = sum(message["role"] == "assistant" for message in messages)
    thinking, text, calls = scripts[turn] if turn < len(scripts) else ("", "The demo ends here.", ())
    blocks: list[dict[str, Any]] = []
    if thinking:
        blocks.append({"type": "thinking", "thinking": thinking, "signature": f"demo-signature-{turn}"})
    if text:
        blocks.append({"type": "text", "text": text.format(tests=_tests_run(messages))})
    for number, (name, arguments) in enumerate(calls, 1):
        place = f"{json.dumps(messages[0])} {turn} {number}"  # an id of its own for every call of every conversation
        call_id = "toolu_demo" + hashlib.sha256(place.encode()).hexdigest()[:16]
        blocks.append({"type": "tool_use", "id": call_id, "name": name, "input": arguments})
    return Reply(tuple(blocks), "tool_use" if calls else "end_turn")


def usage(request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """Token counts as they would be with prompt caching: all but the last two messages comes from the cache."""
    messages = request["messages"]
    first = len(messages) < 3
    old, new = ([], messages) if first else (messages[:-2], messages[-2:])
    standing = [request.get("system"), request.get("tools")]
    read = 0 if first else _tokens([standing, old])
    write = _tokens([standing, new]) if first else _tokens(new)
    return {
        "input_tokens": 4,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write,
        "cache_creation": {"ephemeral_5m_input_tokens": write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": _tokens(reply.blocks),
    }


def _tokens(value: Any) -> int:
    return len(json.dumps(value)) // _CHARACTERS_A_TOKEN


def _tests_run(messages: Sequence[dict[str, Any]]) -> str:
    found = _RAN.findall(json.dumps(messages[-1]["content"]))
    return found[-1] if found else "the"


_Call = tuple[str, dict[str, Any]]
_MAIN: tuple[tuple[str, str, tuple[_Call, ...]], ...] = (
    (
        "I know nothing about this project yet. The failing test will tell me where to look, and a listing costs "
        "nothing, so I ask for both at once.",
        "I'll run the tests and look at what is here.",
        (
            ("Bash", {"command": "python3 -m unittest", "description": "Run the tests"}),
            ("Bash", {"command": "ls -l", "description": "List the project"}),
        ),
    ),
    (
        "The total is far too low: -1900 instead of 80. A discount of 20 percent that takes away twenty times the "
        "price looks like a percentage used as a fraction. cart.py calls into pricing; I read both.",
        "A discount of 20 % takes away twenty times the price. Let me read the code.",
        (
            ("Read", {"file_path": "cart.py"}),
            ("Read", {"file_path": "shop/pricing.py"}),
        ),
    ),
    (
        "There is no shop/ folder; pricing.py lies beside cart.py. Before I decide whether discount() or its callers "
        "are wrong I need to know what every caller passes. That is a search, so a subagent can do it.",
        "pricing.py lies at the top. While I read it, a subagent looks at every caller.",
        (
            ("Read", {"file_path": "pricing.py"}),
            ("Agent", {"description": "Find callers of discount()", "prompt": QUESTION}),
        ),
    ),
    (
        "All callers pass 0 to 100 and the docstring says the same. So the function is wrong, not its callers: it has "
        "to divide by 100. One line.",
        "Callers and docstring agree on 0 to 100, so `discount()` itself is wrong. I change that one line.",
        (
            (
                "Edit",
                {
                    "file_path": "pricing.py",
                    "old_string": "price - price * percent, 2",
                    "new_string": "price - price * percent / 100, 2",
                },
            ),
        ),
    ),
    ("", "Now the tests again.", (("Bash", {"command": "python3 -m unittest", "description": "Run the tests"}),)),
    (
        "",
        "All {tests} tests pass.\n\n"
        "**Cause.** `discount()` in `pricing.py` takes a percentage from 0 to 100, as its docstring and all callers "
        "have it, but multiplied with it as if it were a fraction.\n\n"
        "**Fix.** One line: `price * percent` became `price * percent / 100`. Nothing else changed.",
        (),
    ),
)
_SUBAGENT: tuple[tuple[str, str, tuple[_Call, ...]], ...] = (
    (
        "",
        "I search for the calls.",
        (("Bash", {"command": "grep -n 'discount(' *.py", "description": "Find calls of discount()"}),),
    ),
    (
        "One caller only hands its own argument on; the tests show its unit.",
        "",
        (("Read", {"file_path": "test_cart.py"}),),
    ),
    (
        "",
        "discount() is called in cart.py, which hands on the percentage of total() unchanged, and in test_cart.py. "
        "Both give it as 0 to 100: the tests use 20, 10 and 0.",
        (),
    ),
)
