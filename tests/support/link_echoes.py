"""Echoes that are written otherwise and say the same, so that nothing but `continues` or `retries` is right."""

import json
from typing import Any

from link_corpus import LONG, situation
from link_dialects import Call, Said, Told
from link_driver import Driver


@situation("anthropic")
def marks_that_move(driver: Driver) -> None:
    """Claude Code marks the last message for the cache, and the one before it no longer."""
    agent = driver.agent("s-1")
    last = agent.ask("one", says="first", change=_marked)
    for word in ("two", "three"):
        last = agent.ask(word, says=f"after {word}", change=_marked, edges=[(last, "continues")])


def _marked(body: dict[str, Any]) -> dict[str, Any]:
    *before, last = body["messages"]
    *parts, part = last["content"]
    marked = {**part, "cache_control": {"type": "ephemeral"}}
    return {**body, "messages": [*before, {**last, "content": [*parts, marked]}]}


@situation("anthropic", "chat", "responses")
def arguments_written_anew(driver: Driver) -> None:
    """Clients parse a call's arguments and write them again: other spaces, other order, no 1.0."""
    agent = driver.agent("s-1")
    call = Call("call_a", "Bash", {"command": "ls", "timeout": 1.0, "wide": {"b": 1, "a": [2.5, None]}})
    first = agent.ask("look", says=Said("I look.", (call,)))
    second = agent.ask(Told("a b", call), says="Seen.", change=_rewritten, edges=[(first, "continues")])
    agent.ask("on", change=_rewritten, edges=[(second, "continues")])


def _rewritten(body: dict[str, Any]) -> dict[str, Any]:
    anew: dict[str, Any] = _anew(body)
    return anew


def _anew(value: Any) -> Any:
    """JavaScript has no 1.0; arguments that are a text in JSON keep their place."""
    if isinstance(value, list):
        return [_anew(each) for each in value]
    if isinstance(value, dict):
        named = {name: _anew(value[name]) for name in reversed(value)}
        if isinstance(arguments := named.get("arguments"), str):
            named["arguments"] = json.dumps(_anew(json.loads(arguments)), indent=1)
        return named
    return int(value) if isinstance(value, float) and value.is_integer() else value


@situation("responses")
def a_retry_with_its_metadata_in_another_order(driver: Driver) -> None:
    """Codex keeps them in a map without an order."""
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    failed = agent.ask("two", status=500, change=_with_metadata("a", "b"), edges=[(root, "continues")])
    again = agent.ask(says="second", change=_with_metadata("b", "a"), edges=[(root, "continues"), (failed, "retries")])
    agent.ask("three", change=_with_metadata("a", "b"), edges=[(again, "continues")])


def _with_metadata(*names: str) -> Any:
    return lambda body: {**body, "client_metadata": dict.fromkeys(names, "x")}


@situation("chat")
def a_stripped_answer(driver: Driver) -> None:
    """aider sends answers back without the space at their end."""
    agent = driver.agent()
    first = agent.ask("one", says=f"{LONG}  \n\n", echo=LONG)
    agent.ask("two", edges=[(first, "continues")])


@situation()
def a_call_that_the_user_declined(driver: Driver) -> None:
    """The answer was whole: its call has a result that says that nobody made it."""
    agent = driver.agent("s-1")
    call = Call("call_a", "Bash", {"command": "rm -r build"})
    first = agent.ask("clean up", says=Said("I remove it.", (call,)))
    declined = [Told("The user doesn't want to proceed with this tool use.", call), Told("[Request interrupted]")]
    second = agent.ask(*declined, "keep it", says="Kept.", edges=[(first, "continues")])
    agent.ask("thanks", edges=[(second, "continues")])
