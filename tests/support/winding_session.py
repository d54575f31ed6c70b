"""A made-up session with one of everything that the timeline's keys go to: error, subagent, fork, compaction."""

from collections.abc import Iterator

from kafka_session import Clock, Thread, call, result, text

from store.exchange import Exchange

SESSION = "5e551011-0000-4000-8000-0000000winds"
SUMMARY = (
    "The parser reads one character past the end of an unfinished string. The test for it fails, the fix is a bound in"
    " the loop of scan(), and nobody has written it yet."
)


def exchanges() -> Iterator[Exchange]:
    """Turn 2 tells of a failure and asks a subagent, which has turn 3; 6 forks from 4; 8 goes on from 7's summary."""
    clock = Clock()
    main = Thread(clock, SESSION)
    yield main.send([text("Where is the bug?")], [text("I look."), call(1, "Bash", command="make test")])
    yield main.send(
        [result(1, "1 failed", failed=True)],
        [call(2, "Agent", description="find the reader", prompt="Find who reads the string.")],
    )
    agent = Thread(clock, SESSION, agent="b0b0b0b0b0b0b0b0b")
    yield agent.send([text("Find who reads the string.")], [text("scan() does.")])
    yield main.send([result(2, "scan() does.")], [text("It is in the parser.")])
    other = Thread(clock, SESSION, messages=list(main.messages))
    yield main.send([text("Fix it.")], [text("Fixed.")])
    yield other.send([text("Explain it.")], [text("It reads past the end.")])
    yield other.send([text("Summarise all of it.")], [text(f"<summary>\n{SUMMARY}\n</summary>")])
    told = [{"role": "user", "content": [text(f"This session is continued from another.\n{SUMMARY}")]}]
    after = Thread(clock, SESSION, messages=told)
    yield after.send([text("Go on.")], [text("I write the bound.")])
