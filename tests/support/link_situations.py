"""The corpus of links: what agents do, told by the driver that does it (see `link_driver`).

A situation is a function of a driver; ``only`` names the dialects in which it can happen, where it cannot in all.
"""

from collections.abc import Callable
from typing import Any

from link_dialects import Call, Said, Told, Who
from link_driver import Driver

Situation = Callable[[Driver], None]
SITUATIONS: list[tuple[str, Situation, tuple[str, ...]]] = []
ALL = ("anthropic", "chat", "responses", "gemini")
THREADS = ("anthropic", "chat", "responses")
LONG = "This is an answer with enough words in it to be told from any other one."
SUMMARY = "The user wants a shop with discounts; we fixed pricing.py and all three tests pass now."


def situation(*only: str) -> Callable[[Situation], Situation]:
    """Put a function into the corpus."""

    def note(function: Situation) -> Situation:
        SITUATIONS.append((function.__name__, function, only or ALL))
        return function

    return note


@situation()
def a_line(driver: Driver) -> None:
    agent = driver.agent("s-1")
    last = agent.ask("one", says="first")
    for word in ("two", "three", "four"):
        last = agent.ask(word, says=f"after {word}", edges=[(last, "continues")])


@situation()
def a_line_without_a_session(driver: Driver) -> None:
    agent = driver.agent()
    last = agent.ask("one", says="first")
    for word in ("two", "three"):
        last = agent.ask(word, says=f"after {word}", edges=[(last, "continues")])


@situation()
def calls_in_parallel(driver: Driver) -> None:
    agent = driver.agent("s-1")
    calls = (Call("call_a", "Bash", {"command": "ls", "timeout": 1.5}), Call("call_b", "Read", {"path": "x"}))
    first = agent.ask("look", says=Said("Two calls.", calls, thought="hm"))
    results = [Told("a b", calls[0]), Told("text", calls[1])]
    second = agent.ask(*results, says="Seen.", edges=[(first, "continues")])
    agent.ask("on", edges=[(second, "continues")])


@situation()
def a_retry(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    failed = agent.ask("two", status=529, edges=[(root, "continues")])
    again = agent.ask(status=429, edges=[(root, "continues"), (failed, "retries")])
    good = agent.ask(says="second", edges=[(root, "continues"), (again, "retries")])
    agent.ask("three", edges=[(good, "continues")])


@situation()
def a_retry_of_the_first_request(driver: Driver) -> None:
    agent = driver.agent("s-1")
    failed = agent.ask("one", status=500)
    good = agent.ask(says="first", edges=[(failed, "retries")])
    agent.ask("two", edges=[(good, "continues")])


@situation()
def a_retry_without_a_session(driver: Driver) -> None:
    agent = driver.agent()
    failed = agent.ask("one", status=429)
    good = agent.ask(says="first", edges=[(failed, "retries")])
    agent.ask("two", edges=[(good, "continues")])


@situation()
def two_fail_at_once(driver: Driver) -> None:
    """Neither is a retry of the other, and which of them a third one tries again is not known."""
    agent = driver.agent()
    agent.ask("one", status=429)
    agent.copy().ask(status=429, at=-900)
    agent.copy().ask(says="first")


@situation()
def a_fork(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    other = agent.copy()
    agent.ask("two", says="second", edges=[(root, "continues")])
    fork = other.ask("zwei", says="zweite", edges=[(root, "forks")])
    other.ask("drei", edges=[(fork, "continues")])


@situation()
def an_answer_asked_for_again(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    other = agent.copy()
    agent.ask("two", says="second", edges=[(root, "continues")])
    again = other.ask("two", says="another second", edges=[(root, "forks")])
    other.ask("three", edges=[(again, "continues")])


@situation()
def a_forked_session(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    agent.copy(session="s-2").ask("two", edges=[(root, "forks")])
    agent.ask("three", says="third", edges=[(root, "continues")])


@situation()
def a_resumed_session(driver: Driver) -> None:
    agent = driver.agent("s-1", run="a" * 64)
    root = agent.ask("one", says="first")
    later = agent.copy(run="b" * 64)
    second = later.ask("two", says="second", edges=[(root, "resumes")])
    later.ask("three", edges=[(second, "continues")])


@situation()
def a_resumed_line_without_a_session(driver: Driver) -> None:
    agent = driver.agent(run="a" * 64)
    root = agent.ask("one", says="first")
    agent.copy(run="b" * 64).ask("two", edges=[(root, "resumes")])


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
def a_compaction(driver: Driver) -> None:
    agent = driver.agent("s-1")
    call = Call("call_a", "Bash", {"command": "ls"})
    first = agent.ask("one", says=Said("I look.", (call,)))
    second = agent.ask(Told("a b", call), says="Seen.", edges=[(first, "continues")])
    asked = agent.ask(
        "Summarise all of it.",
        says=f"<analysis>x</analysis>\n<summary>\n{SUMMARY}\n</summary>",
        edges=[(second, "continues")],
    )
    agent.history = [
        Told(f"This session is continued from one that ran out of context.\n{SUMMARY}"),
        Said("I look.", (call,)),
        Told("a b", call),
    ]
    after = agent.ask("go on", says="On.", edges=[(asked, "compacts")])
    agent.ask("and on", edges=[(after, "continues")])


@situation("anthropic")
def a_compaction_at_the_prompt(driver: Driver) -> None:
    """`claude -p /compact`: the last answer is left out of what is summed up, and kept behind the summary."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    second = agent.ask("two", says="second", edges=[(first, "continues")])
    agent.history[-2:] = [Told("two\n")]
    text = f"<analysis>x</analysis>\n<summary>\n{SUMMARY}\n</summary>"
    asked = agent.ask("Summarise all of it.", says=text, edges=[(second, "rewrites")])
    agent.history = [Told(f"This session is continued from another.\n{SUMMARY}"), Said("second")]
    after = agent.ask("go on", says="On.", edges=[(asked, "compacts")])
    agent.ask("and on", edges=[(after, "continues")])


@situation()
def a_compaction_without_a_tail(driver: Driver) -> None:
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    second = agent.ask("two", says="second", edges=[(first, "continues")])
    asked = agent.ask("Summarise all of it.", says=SUMMARY, edges=[(second, "continues")])
    agent.history = []
    after = agent.ask(f"Another model began this. Its summary: {SUMMARY}", "go on", edges=[(asked, "compacts")])
    agent.ask("and on", edges=[(after, "continues")])


@situation("responses")
def a_sealed_compaction(driver: Driver) -> None:
    """Codex's: a call of its own gives an item that nobody can read, and the next request begins with what is kept."""
    agent = driver.agent("s-1")
    first = agent.ask("one", says="first")
    second = agent.ask("two", says="second", edges=[(first, "continues")])
    summary = Said(sealed="gAAAAABsealed-and-long-enough")
    asked = agent.copy(side="compaction").ask("Compact.", says=summary, edges=[(second, "continues")])
    agent.history = [Told("one"), Told("two"), summary]
    after = agent.ask("go on", says="On.", edges=[(asked, "compacts")])
    agent.ask("and on", edges=[(after, "continues")])


@situation("responses")
def a_sealed_compaction_behind_many_prompts(driver: Driver) -> None:
    """Codex keeps every prompt before what is sealed."""
    agent = driver.agent("s-1")
    last = agent.ask("prompt 0", says="answer 0")
    for number in range(1, 10):
        last = agent.ask(f"prompt {number}", says=f"answer {number}", edges=[(last, "continues")])
    summary = Said(sealed="gAAAAABsealed-and-long-enough")
    asked = agent.copy(side="compaction").ask("Compact.", says=summary, edges=[(last, "continues")])
    agent.history = [*(Told(f"prompt {number}") for number in range(10)), summary]
    after = agent.ask("go on", says="On.", edges=[(asked, "compacts")])
    agent.ask("and on", edges=[(after, "continues")])


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


def _spawning(driver: Driver, *prompts: str) -> tuple[str, tuple[Call, ...], Any]:
    name, member = driver.dialect.spawn
    calls = tuple(Call(f"call_{n}", name, {member: prompt}) for n, prompt in enumerate(prompts))
    agent = driver.agent("s-1")
    parent = agent.ask("find all callers", says=Said("I ask others.", calls))
    return parent, calls, agent


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


@situation()
def twins_with_other_answers(driver: Driver) -> None:
    one, two = driver.agent(), driver.agent()
    first, second = one.ask("fix it", says="first"), two.ask("fix it", says="second")
    third = two.ask("go on", says="second more", edges=[(second, "continues")])
    fourth = one.ask("go on", says="first more", edges=[(first, "continues")])
    two.ask("and on", edges=[(third, "continues")])
    one.ask("and on", edges=[(fourth, "continues")])


@situation()
def twins_in_all(driver: Driver) -> None:
    """Same prompt, same answer: whose next turn it is nobody can tell. From there on each is its own."""
    one, two = driver.agent(), driver.agent()
    one.ask("fix it", says="first")
    two.ask("fix it", says="first")
    third = one.ask("go on", says="one goes on", ambiguous=True)
    fourth = two.ask("go on, two", says="two goes on", ambiguous=True)
    one.ask("and on", edges=[(third, "continues")])
    two.ask("and on", edges=[(fourth, "continues")])


@situation()
def twins_in_different_runs(driver: Driver) -> None:
    one, two = driver.agent(run="a" * 64), driver.agent(run="b" * 64)
    first, second = one.ask("fix it", says="same"), two.ask("fix it", says="same")
    one.ask("go on", edges=[(first, "continues")])
    two.ask("go on", edges=[(second, "continues")])


@situation()
def sessions_interleaved(driver: Driver) -> None:
    agents = [driver.agent(f"s-{n}") for n in range(4)]
    last = [agent.ask("fix it", says="same") for agent in agents]
    for word in ("two", "three"):
        for n, agent in enumerate(agents):
            last[n] = agent.ask(word, says=f"{word} of all", edges=[(last[n], "continues")])


@situation()
def a_clock_set_back(driver: Driver) -> None:
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    agent.ask("two", edges=[(root, "continues")], at=-500_000)


@situation()
def a_new_prompt_in_the_same_session(driver: Driver) -> None:
    """After /clear: the session goes on, the conversation does not."""
    agent = driver.agent("s-1")
    agent.ask("one", says=LONG)
    agent.history = []
    root = agent.ask("something else entirely", says="Yes.")
    agent.ask("two", edges=[(root, "continues")])


@situation()
def an_answer_quoted_after_a_new_beginning(driver: Driver) -> None:
    agent = driver.agent("s-1")
    agent.ask("one", says=LONG)
    agent.history = []
    agent.ask(f"Before, you said: {LONG} Why?")


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
