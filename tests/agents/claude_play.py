"""What Claude Code is made to do: tools, a subagent, a refusal, `--continue`, `--fork-session`, `/compact`."""

from dataclasses import replace

import agent_claude
from agent_play import SESSION, Play
from agent_script import Call, Move, Script

_SUMMARY = """<analysis>Frogs.</analysis>
<summary>
There are three frogs in the pond; the user asked twice, and a file called frogs.txt says so now.
</summary>"""
_LOOK = Call("toolu_look", "Bash", {"command": "ls", "description": "List the folder"})
_WRITE = Call("toolu_write", "Write", {"file_path": "frogs.txt", "content": "three\n"})
_TASK = "Count the frogs in the pond behind the house."
_SPAWN = Call(
    "toolu_spawn",
    "Agent",
    # newer versions go on meanwhile unless told to wait
    {"description": "Count", "prompt": _TASK, "subagent_type": "general-purpose", "run_in_background": False},
)
_SUB_LOOK = Call("toolu_sub_look", "Bash", {"command": "pwd", "description": "Where am I"})

_SUMS_UP = Move("sums up", "Your task is to create a detailed summary", _SUMMARY, part="compaction")
_ANSWER_LEFT_OUT = 'Are you sure?\\n"},{"type":"text","text":"CRITICAL'  # 2.1.197 joins its own prompt to the last one

_MOVES = (
    Move("asks", "How many frogs?", "I look.", (_LOOK,)),
    Move("looks", _LOOK.id, "I write it down.", (_WRITE,), (("asks", "continues"),)),
    Move("writes", _WRITE.id, "Somebody else counts.", (_SPAWN,), (("looks", "continues"),)),
    Move("sub asks", _TASK, "I look.", (_SUB_LOOK,), (("writes", "spawned-by"),), "subagent", "sub"),
    Move("sub looks", _SUB_LOOK.id, "Three.", (), (("sub asks", "continues"),), "subagent", "sub"),
    Move("refused", _SPAWN.id, edges=(("writes", "continues"),), part="retry", status=529),
    Move("tries", _SPAWN.id, "Three.", edges=(("writes", "continues"), ("refused", "retries")), part="retry"),
    Move("sure", "Are you sure?", "Yes, three.", edges=(("tries", "resumes"),), part="resume"),
    Move("newts", "And newts?", "No newts.", edges=(("sure", "forks"),), part="fork", session="second"),
    replace(_SUMS_UP, on=_ANSWER_LEFT_OUT, edges=(("sure", "rewrites"),)),
    replace(_SUMS_UP, edges=(("sure", "resumes"),)),
    Move("toads", "And toads?", "No toads.", edges=(("sums up", "compacts"),), part="compaction"),
)


def _print(*words: str) -> tuple[str, ...]:
    return ("claude", "-p", *words, "--output-format", "json", "--allowedTools", "Bash", "Write", "Agent", "Task")


def plays() -> list[Play]:
    """Claude Code has one way to its provider."""
    script = Script(_MOVES, agent_claude.last_words, agent_claude.answers, agent_claude.aside)
    launches = (
        _print("How many frogs?"),
        _print("Are you sure?", "--continue"),
        _print("And newts?", "--continue", "--fork-session"),
        _print("/compact", "--resume", SESSION),
        _print("And toads?", "--resume", SESSION),
    )
    quiet = ("DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING")
    environment = {"ANTHROPIC_API_KEY": "sk-ant-not-a-key", **dict.fromkeys(quiet, "1")}
    name, package = "Claude Code", "@anthropic-ai/claude-code"
    return [Play(name, package, "HTTP", script, launches, ("frogs.txt",), environment)]
