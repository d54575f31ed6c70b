"""Lines, forks, retries and sessions beside each other."""

from link_corpus import LONG, situation
from link_dialects import Call, Said, Told
from link_driver import Driver


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
def a_rewind(driver: Driver) -> None:
    """The user goes back to an earlier prompt and types another one; what came after it is left."""
    agent = driver.agent("s-1")
    root = agent.ask("one", says="first")
    second = agent.ask("two", says="second", edges=[(root, "continues")])
    agent.ask("three", says="third", edges=[(second, "continues")])
    del agent.history[2:]
    other = agent.ask("two, but shorter", says="2nd", edges=[(root, "forks")])
    agent.ask("four", edges=[(other, "continues")])


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
def a_session_forked_by_a_later_run(driver: Driver) -> None:
    """`claude --resume … --fork-session`: another session and another run with the same history."""
    agent = driver.agent("s-1", run="a" * 64)
    root = agent.ask("one", says="first")
    second = agent.ask("two", says="second", edges=[(root, "continues")])
    later = agent.copy(session="s-2", run="b" * 64)
    fork = later.ask("three", says="third", edges=[(second, "forks")])
    later.ask("four", edges=[(fork, "continues")])


@situation()
def a_resumed_line_without_a_session(driver: Driver) -> None:
    agent = driver.agent(run="a" * 64)
    root = agent.ask("one", says="first")
    agent.copy(run="b" * 64).ask("two", edges=[(root, "resumes")])


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
