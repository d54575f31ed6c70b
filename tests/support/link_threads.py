"""Subagents and side calls."""

from typing import Any

from link_corpus import THREADS, situation
from link_dialects import Call, Said, Told, Who
from link_driver import Driver


def _spawning(driver: Driver, *prompts: str) -> tuple[str, tuple[Call, ...], Any]:
    name, member = driver.dialect.spawn
    calls = tuple(Call(f"call_{n}", name, {member: prompt}) for n, prompt in enumerate(prompts))
    agent = driver.agent("s-1")
    parent = agent.ask("find all callers", says=Said("I ask others.", calls))
    return parent, calls, agent


@situation("responses")
def a_sealed_prompt(driver: Driver) -> None:
    """Codex seals what it tells a subagent: the call and the subagent's first item hold the same."""
    parent, calls, agent = _spawning(driver, "gAAAAABsealed-prompt")
    sub = driver.agent("s-1", "sub-1")
    sub.history = [Said(sealed="gAAAAABsealed-prompt")]
    sub.ask("Begin.", edges=[(parent, "spawned-by")], thread="sub-1", change=_from_the_parent)
    agent.ask(Told("3", calls[0]), edges=[(parent, "continues")], thread="")


def _from_the_parent(body: dict[str, Any]) -> dict[str, Any]:
    """The sealed prompt comes as a message of the client's."""
    first, *rest = body["input"]
    sealed = {"type": "encrypted_content", "encrypted_content": first["encrypted_content"]}
    told = {"type": "agent_message", "author": "/root", "content": [{"type": "input_text", "text": "Task:"}, sealed]}
    return {**body, "input": [told, *rest]}


@situation(*THREADS)
def a_subagent(driver: Driver) -> None:
    parent, calls, agent = _spawning(driver, "count the frogs")
    sub = driver.agent("s-1", "sub-1")
    first = sub.ask("<context>x</context> count the frogs", says="3", edges=[(parent, "spawned-by")], thread="sub-1")
    sub.ask("really?", says="Yes: 3", edges=[(first, "continues")], thread="sub-1")
    third = agent.ask(Told("3", calls[0]), says="3 frogs.", edges=[(parent, "continues")], thread="")
    agent.ask("thanks", edges=[(third, "continues")], thread="")


@situation("anthropic", "responses")
def a_subagent_that_names_no_thread(driver: Driver) -> None:
    parent, calls, agent = _spawning(driver, "count the frogs")
    sub = driver.agent("s-1")
    first = sub.ask("count the frogs", says="3", edges=[(parent, "spawned-by")], thread="call_0")
    sub.ask("really?", edges=[(first, "continues")], thread="call_0")
    agent.ask(Told("3", calls[0]), edges=[(parent, "continues")], thread="")


@situation(*THREADS)
def subagents_in_parallel(driver: Driver) -> None:
    parent, calls, agent = _spawning(driver, "count the frogs", "count the frogs and the toads")
    one, two = driver.agent("s-1", "sub-1"), driver.agent("s-1", "sub-2")
    second = two.ask("count the frogs and the toads", says="5", edges=[(parent, "spawned-by")], thread="sub-2")
    first = one.ask("count the frogs", says="3", edges=[(parent, "spawned-by")], thread="sub-1")
    two.ask("sure?", edges=[(second, "continues")])
    one.ask("sure?", edges=[(first, "continues")])
    agent.ask(Told("3", calls[0]), Told("5", calls[1]), edges=[(parent, "continues")])


@situation(*THREADS)
def equal_subagents_in_parallel(driver: Driver) -> None:
    """Two equal prompts: nobody can tell which call is whose."""
    _parent, _calls, _agent = _spawning(driver, "count the frogs", "count the frogs")
    one, two = driver.agent("s-1", "sub-1"), driver.agent("s-1", "sub-2")
    first = one.ask("count the frogs", says="3", ambiguous=True, at=0)
    second = two.ask("count the frogs", says="4", ambiguous=True)
    one.ask("sure?", edges=[(first, "continues")])
    two.ask("sure?", edges=[(second, "continues")])


@situation(*THREADS)
def a_subagent_with_the_prompt_of_an_earlier_one(driver: Driver) -> None:
    parent, calls, agent = _spawning(driver, "count the frogs")
    driver.agent("s-1", "sub-1").ask("count the frogs", says="3", edges=[(parent, "spawned-by")])
    name, member = driver.dialect.spawn
    call = Call("call_again", name, {member: "count the frogs"})
    later = agent.ask(Told("3", calls[0]), says=Said("Once more.", (call,)), edges=[(parent, "continues")])
    driver.agent("s-1", "sub-2").ask("count the frogs", says="4", edges=[(later, "spawned-by")])


@situation(*THREADS)
def a_subagent_that_fails_and_tries_again(driver: Driver) -> None:
    parent, _calls, _agent = _spawning(driver, "count the frogs")
    sub = driver.agent("s-1", "sub-1")
    failed = sub.ask("count the frogs", status=529, edges=[(parent, "spawned-by")])
    sub.ask(says="3", edges=[(parent, "spawned-by"), (failed, "retries")])


@situation(*THREADS)
def a_subagent_with_its_parents_history(driver: Driver) -> None:
    """Codex's warm fork."""
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    warm = agent.copy(thread="sub-1")
    first = warm.ask("count the frogs", says="3", edges=[(root, "forks")], thread="sub-1")
    second = agent.ask("two", says="second", edges=[(root, "continues")], thread="")
    warm.ask("sure?", edges=[(first, "continues")], thread="sub-1")
    agent.ask("three", edges=[(second, "continues")], thread="")


@situation("anthropic", "gemini")
def a_side_call(driver: Driver) -> None:
    agent = driver.agent("s-1")
    side = driver.agent("s-1")
    side.who = Who("s-1", side="title")
    side.ask("name this: one", says="A title")
    root = agent.ask("one", says="first")
    agent.ask("two", edges=[(root, "continues")])


@situation("anthropic")
def counted_tokens(driver: Driver) -> None:
    """The count has the same messages as the call that follows it, and is none of its parents."""
    agent = driver.agent("s-1")
    agent.copy(side="count").ask("one", says="")
    root = agent.ask("one", says="first")
    agent.copy(side="count").ask("two", says="", edges=[(root, "continues")])
    second = agent.ask("two", says="second", edges=[(root, "continues")])
    agent.ask("three", edges=[(second, "continues")])
