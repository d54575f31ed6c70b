"""What Codex is made to do: tools, subagents of both kinds, a refusal, `resume`, `fork`, a compaction."""

import agent_codex
from agent_codex import COMPACTS, warm_up
from agent_play import SESSION, Play
from agent_script import Call, Edge, Move, Script

_LIST = "text((await tools.exec_command({cmd: 'ls'})).output)"
_PATCH = "*** Begin Patch\\n*** Add File: frogs.txt\\n+three\\n*** End Patch\\n"
_LOOK = Call("call_look", "exec", text=_LIST)
_WRITE = Call("call_write", "exec", text=f'await tools.apply_patch("{_PATCH}"); text("written")')
_TASK, _OTHER_TASK = "gAAAAAB-count-the-frogs-in-the-pond", "gAAAAAB-count-the-frogs-in-the-lake"
_POND = {"task_name": "pond", "message": _TASK, "fork_turns": "none"}
_LAKE = {"task_name": "lake", "message": _OTHER_TASK, "fork_turns": "all"}
_SPAWN, _FORK = (
    Call("call_pond", "collaboration.spawn_agent", _POND),
    Call("call_lake", "collaboration.spawn_agent", _LAKE),
)
_WAITS = tuple(
    Call(f"call_wait_{name}", "collaboration.wait_agent", {"timeout_ms": 30000}) for name in ("pond", "lake")
)
_SUB_LOOK = Call("call_sub_look", "exec", text=_LIST)
_SMALL = "500"  # tokens, less than any turn here is said to have


def _moves(sockets: bool) -> tuple[Move, ...]:
    """On sockets, each agent's first request goes on from a warm-up, also a subagent's that begins with nothing."""
    warm: tuple[Edge, ...] = (("warm-up", "continues"),) if sockets else ()
    sub_warm: tuple[Edge, ...] = (("pond's warm-up", "continues"),) if sockets else ()
    warm_ups = (
        Move("warm-up", warm_up("/root"), part="warm-up", role="aux:prewarm"),
        Move("pond's warm-up", warm_up("/root/pond"), part="warm-up", role="aux:prewarm"),
    )
    return (
        *(warm_ups if sockets else ()),
        Move("asks", "How many frogs?", "I look.", (_LOOK,), warm),
        Move("looks", _LOOK.id, "I write it down.", (_WRITE,), (("asks", "continues"),)),
        Move("refused", _WRITE.id, edges=(("looks", "continues"),), part="retry", status=500),
        Move(
            "tries", _WRITE.id, "Who counts?", (_SPAWN,), (("looks", "continues"), ("refused", "retries")), part="retry"
        ),
        Move("waits", _SPAWN.id, "I wait.", _WAITS[:1], (("tries", "continues"),), "subagent"),
        Move("sub asks", _TASK, "I look.", (_SUB_LOOK,), (*sub_warm, ("tries", "spawned-by")), "subagent", "sub"),
        Move("sub looks", _SUB_LOOK.id, "Three.", (), (("sub asks", "continues"),), "subagent", "sub"),
        Move("asks on", _WAITS[0].id, "And the lake?", (_FORK,), (("waits", "continues"),), "subagent"),
        Move("waits on", _FORK.id, "I wait.", _WAITS[1:], (("asks on", "continues"),), "subagent with history"),
        Move("sub forks", _OTHER_TASK, "None.", (), (("asks on", "forks"),), "subagent with history", "sub"),
        Move("counts", _WAITS[1].id, "Three.", (), (("waits on", "continues"),), "subagent with history"),
        Move("sure", "Are you sure?", "Yes, three.", (), (("counts", "resumes"),), "resume"),
        Move("newts", "And newts?", "No newts.", (), (("sure", "forks"),), "fork", session="second"),
        Move("sums up", COMPACTS, "", (), (("sure", "resumes"),), "compaction", "aux:compaction"),
        Move("toads", "And toads?", "No toads.", (), (("sums up", "compacts"),), "compaction"),
    )


def plays() -> list[Play]:
    """Over a WebSocket, and with one refused."""
    options = ("--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox")
    compact = ("-c", f"model_auto_compact_token_limit={_SMALL}")
    launches = (
        ("codex", "exec", *options, "How many frogs?"),
        ("codex", "exec", "resume", SESSION, *options, "Are you sure?"),
        ("codex", "exec", "fork", SESSION, *options, "And newts?"),
        ("codex", "exec", "resume", SESSION, *options, *compact, "And toads?"),
    )
    environment = dict.fromkeys(("OPENAI_API_KEY", "CODEX_API_KEY"), "sk-not-a-key")
    found = []
    for way, sockets in (("WebSocket", True), ("WebSocket refused, HTTP", False)):
        script = Script(_moves(sockets), agent_codex.last_words, agent_codex.answers, agent_codex.aside)
        found.append(Play("Codex", "@openai/codex", way, script, launches, ("frogs.txt",), environment, sockets))
    return found
