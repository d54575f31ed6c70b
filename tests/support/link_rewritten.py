"""Histories that clients write anew."""

from typing import Any

from link_corpus import LONG, situation
from link_dialects import Call, Said, Told
from link_driver import Driver


@situation()
def an_ephemeral_tail(driver: Driver) -> None:
    """A reminder that goes with one request only, as aider's."""
    agent = driver.agent()
    last = ""
    for word in ("one", "two", "three"):
        edges = [(last, "continues")] if last else []
        agent.history += [Told(f"{word}: please change the code"), Told("Answer in diffs only!", system=True)]
        last = agent.ask(says=f"{word}: {LONG}", edges=edges)
        del agent.history[-2]


@situation()
def a_dead_branch(driver: Driver) -> None:
    """The answer is thrown away, and an error message goes with the request."""
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    dead = agent.ask("two", says="nonsense", echo="", edges=[(root, "continues")])
    again = agent.ask("Format error: try again.", says="sense", edges=[(dead, "rewrites")])
    agent.ask("three", edges=[(again, "continues")])


@situation()
def a_dead_branch_without_a_session(driver: Driver) -> None:
    agent = driver.agent()
    dead = agent.ask("one", says="nonsense", echo="")
    again = agent.ask("Format error: try again.", says="sense", edges=[(dead, "rewrites")])
    agent.ask("three", edges=[(again, "continues")])


@situation()
def a_trimmed_history(driver: Driver) -> None:
    """A client writes its history anew: other white space, no reminders."""
    agent = driver.agent("s-1")
    note = "<system-reminder>today is Monday</system-reminder>"
    first = agent.ask(f"{note}one  two\n", says=f"{LONG}\n\nYes. ")
    second = agent.ask(f"three\n{note}", says="second\n", edges=[(first, "continues")])
    agent.history = [Told("one two"), Said(f"{LONG}\nYes."), Told("three"), Said("second")]
    third = agent.ask("four", says="third", edges=[(second, "rewrites")])
    agent.ask("five", edges=[(third, "continues")])


@situation("anthropic", "responses")
def another_model(driver: Driver) -> None:
    """Thinking belongs to the model that thought it: another one gets the history without."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says=Said("first", thought="secret"))
    second = agent.ask("two", says=Said("second", thought="more"), edges=[(first, "continues")])
    agent.history = [Told("one"), Said("first"), Told("two"), Said("second")]
    third = agent.ask("three", says="third", edges=[(second, "rewrites")])
    agent.ask("four", edges=[(third, "continues")])


@situation("anthropic", "responses")
def a_lost_thought(driver: Driver) -> None:
    """Only the last answer comes back without its thinking: nothing else was rewritten."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says=Said("first", thought="secret"), echo="first")
    agent.ask("two", edges=[(first, "continues")])


@situation("anthropic", "chat", "responses")
def translated_calls(driver: Driver) -> None:
    agent = driver.agent("s-1")
    call, translated = Call("call_a", "Bash", {"command": "ls"}), Call("toolu_9", "Bash", {"command": "ls"})
    first = agent.ask("one", says=Said("I look at all of it.", (call,)))
    second = agent.ask(Told("a b", call), says="Seen.", edges=[(first, "continues")])
    agent.history = [Told("one"), Said("I look at all of it.", (translated,)), Told("a b", translated), Said("Seen.")]
    agent.ask("go on", edges=[(second, "rewrites")])


@situation()
def cleared_results(driver: Driver) -> None:
    """Old tool results make room."""
    agent = driver.agent("s-1")
    call = Call("call_a", "Bash", {"command": "ls"})
    first = agent.ask("one", says=Said("I look.", (call,)))
    second = agent.ask(Told("a long listing", call), says=LONG, edges=[(first, "continues")])
    agent.history[2] = Told("[Old tool result content cleared]", call)
    third = agent.ask("go on", says="On.", edges=[(second, "rewrites")])
    agent.ask("and on", edges=[(third, "continues")])


@situation()
def a_rebuilt_context(driver: Driver) -> None:
    """Gemini CLI's --resume: a new process, another first message, the old answers."""
    agent = driver.agent(run="a" * 64)
    agent.history = [Told("Today is Monday. The folder is empty.")]
    first = agent.ask("one", says=LONG)
    second = agent.ask("two", says=f"{LONG} And more.", edges=[(first, "continues")])
    later = agent.copy(run="b" * 64)
    later.history[0] = Told("Today is Tuesday. The folder has a file.")
    later.ask("three", edges=[(second, "rewrites")])


@situation("gemini")
def a_result_sent_twice(driver: Driver) -> None:
    """Gemini CLI 0.61 with --resume: the last tool result is in its message twice."""
    agent = driver.agent()
    call = Call("call_a", "read_file", {"file_path": "a.txt"})
    first = agent.ask("how many frogs?", says=Said("I read the file.", (call,)))
    second = agent.ask(Told("three frogs", call), says=LONG, edges=[(first, "continues")])
    agent.history[2:3] = [Told("three frogs", call)] * 2
    third = agent.ask("sure?", edges=[(second, "rewrites")])
    agent.ask("and now?", edges=[(third, "continues")])


@situation("gemini")
def an_echo_in_pieces(driver: Driver) -> None:
    """Google's SDK for Python makes a content of every piece of a streamed answer."""
    agent = driver.agent()
    first = agent.ask("one", says=LONG)

    agent.ask("two", edges=[(first, "continues")], change=_pieces_apart)


def _pieces_apart(body: dict[str, Any]) -> dict[str, Any]:
    contents = []
    for each in body["contents"]:
        text = each["parts"][0]["text"]
        pieces = [text] if each["role"] == "user" else [text[:20], text[20:]]
        contents += [{"role": each["role"], "parts": [{"text": piece}]} for piece in pieces]
    return {**body, "contents": contents}


@situation()
def a_turn_that_nobody_saw(driver: Driver) -> None:
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    agent.history += [Told("unseen"), Said("an answer that went another way")]
    second = agent.ask("three", says="third", edges=[(first, "probable")])
    agent.ask("four", edges=[(second, "continues")])


@situation()
def a_detour_that_was_left(driver: Driver) -> None:
    """The client takes its old first message back; the answer before the last prompt is the detour's."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    second = agent.ask("two", says=f"second: {LONG}", edges=[(first, "continues")])
    agent.history[0] = Told("rebuilt")
    detour = agent.ask("three", says=LONG, edges=[(second, "rewrites")])
    agent.history[0] = Told("one")
    agent.ask("four", edges=[(detour, "rewrites")])
