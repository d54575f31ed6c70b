"""Summaries that stand for a history."""

from link_corpus import SUMMARY, situation
from link_dialects import Call, Said, Told
from link_driver import Driver


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


@situation()
def a_compaction_after_a_compaction(driver: Driver) -> None:
    """The second summary stands for the first one and what came after it."""
    agent = driver.agent("s-1")
    last = agent.ask("one", says="first")
    for number, done in enumerate(("pricing.py is fixed", "the discounts are tested as well")):
        summary = f"{SUMMARY} Since then {done}."
        asked = agent.ask("Summarise all of it.", says=f"<summary>{summary}</summary>", edges=[(last, "continues")])
        agent.history = [Told(f"This session is continued from one that ran out of context.\n{summary}")]
        after = agent.ask(f"go on {number}", says=f"On {number}.", edges=[(asked, "compacts")])
        last = agent.ask(f"and on {number}", says=f"Done {number}.", edges=[(after, "continues")])


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
