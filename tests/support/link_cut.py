"""Answers of which the client sends back a part."""

from link_corpus import situation
from link_dialects import Call, Said
from link_driver import Driver


@situation()
def escape(driver: Driver) -> None:
    """The client echoes less than the proxy saw."""
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    cut = agent.ask(
        "two", says=Said("A long story that goes", cut=True), echo="A long sto", edges=[(root, "continues")]
    )
    third = agent.ask("no, stop", says="Stopped.", edges=[(cut, "interrupted")])
    agent.ask("four", edges=[(third, "continues")])


@situation()
def escape_with_all_of_it(driver: Driver) -> None:
    agent = driver.agent("s-1")
    cut = agent.ask("one", says=Said("A long story", cut=True), echo="A long story")
    agent.ask("no, stop", edges=[(cut, "interrupted")])


@situation()
def escape_with_nothing(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    cut = agent.ask("two", says=Said("A long", cut=True), echo="", edges=[(root, "continues")])
    agent.ask("(stopped by the user)", says="Fine.", edges=[(cut, "interrupted")])


@situation()
def escape_without_a_session(driver: Driver) -> None:
    agent = driver.agent()
    cut = agent.ask("one", says=Said("A long story that goes", cut=True), echo="A long sto")
    agent.ask("no, stop", edges=[(cut, "interrupted")])


@situation()
def escape_from_the_second_attempt(driver: Driver) -> None:
    """Both attempts began with what is echoed; the later one is what the user saw."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says=Said("A long", cut=True), echo="")
    second = agent.ask(says=Said("A long story", cut=True), echo="A long", edges=[(first, "retries")])
    agent.ask("stop", edges=[(second, "interrupted")])


@situation()
def a_cut_stream(driver: Driver) -> None:
    """The whole items of the cut answer are sent again, as Codex does."""
    agent = driver.agent("s-1")
    call = Call("call_a", "Bash", {"command": "ls"})
    cut = agent.ask("one", says=Said("I look.", (call,), cut=True), echo=Said("I look."))
    agent.ask("go on", edges=[(cut, "interrupted")])
