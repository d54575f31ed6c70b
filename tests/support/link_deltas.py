"""Requests that name the response that they go on from."""

from collections.abc import Callable
from typing import Any

from link_corpus import situation
from link_driver import Driver


def _delta(base: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Only what is new, and the response that it comes after."""

    def change(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "previous_response_id": base, "input": body["input"][-1:]}

    return change


@situation("responses")
def deltas(driver: Driver) -> None:
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    second = agent.ask("two", says="second", change=_delta("resp_0"), edges=[(first, "continues")])
    third = agent.ask("three", says="third", change=_delta("resp_1"), edges=[(second, "continues")])
    whole = agent.ask("four", says="fourth", edges=[(third, "continues")])  # the socket was lost: all of it again
    agent.ask("five", change=_delta("resp_3"), edges=[(whole, "continues")])


@situation("responses")
def deltas_without_a_session(driver: Driver) -> None:
    one, two = driver.agent(), driver.agent()
    first, second = one.ask("go", says="same"), two.ask("go", says="same")
    one.ask("on", change=_delta("resp_0"), edges=[(first, "continues")])
    two.ask("on", change=_delta("resp_1"), edges=[(second, "continues")])


@situation("responses")
def a_forked_delta(driver: Driver) -> None:
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    agent.copy().ask("two", says="second", change=_delta("resp_0"), edges=[(first, "continues")])
    agent.copy().ask("zwei", change=_delta("resp_0"), edges=[(first, "forks")])


@situation("responses")
def a_delta_tried_again(driver: Driver) -> None:
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    failed = agent.ask("two", status=500, change=_delta("resp_0"), edges=[(first, "continues")])
    agent.ask(change=_delta("resp_0"), edges=[(first, "continues"), (failed, "retries")])


@situation("responses")
def a_delta_from_nowhere(driver: Driver) -> None:
    """The response that it comes after was never seen: unresolved, but what follows it is not."""
    agent = driver.agent("s-1")
    agent.ask("one", says="first")
    lost = agent.ask("two", says="second", change=_delta("resp_unseen"))
    agent.ask("three", change=_delta("resp_1"), edges=[(lost, "continues")])
