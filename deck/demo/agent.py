"""The demo's agent: ``python -m deck.demo.agent FOLDER``. An ordinary agent loop; it knows nothing of the recording.

It asks, runs the tools it is told to run, sends back what they gave, and ends when no tool is asked for.
"""

import json
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

from deck.demo import script, workshop
from deck.demo.transport import Send, best
from deck.render import safe, short

_LINE = 100
_MAX_TURNS = 20


def main(folder: Path) -> int:
    """Work on the project in ``folder`` until the model is done."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it where it stands, without a traceback
    name, send = best()
    print(f"> {script.TASK}\n  ({script.MODEL} through {name})", flush=True)
    loop = _Loop(send, folder, str(uuid.uuid4()))
    print(safe(loop.work(script.SYSTEM, script.TASK, list(workshop.TOOLS), depth=0)))
    return 0


class _Loop:
    def __init__(self, send: Send, folder: Path, session: str) -> None:
        self.send = send
        self.folder = folder
        self.session = session

    def work(self, system: str, task: str, tools: list[dict[str, Any]], depth: int) -> str:
        """One conversation from its first message to its last answer, which is returned."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": task}]}]
        for _ in range(_MAX_TURNS):
            content = self.send(
                {
                    "model": script.MODEL,
                    "max_tokens": 4096,
                    "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
                    "tools": tools,
                    "metadata": {"user_id": json.dumps({"session_id": self.session})},
                    "messages": messages,
                }
            )
            messages.append({"role": "assistant", "content": content})
            said = "\n".join(block["text"] for block in content if block["type"] == "text")
            calls = [block for block in content if block["type"] == "tool_use"]
            if not calls:
                return said
            if said:
                _show(f"● {said}", depth)
            messages.append({"role": "user", "content": [self._result(call, depth) for call in calls]})
        raise RuntimeError(f"no end after {_MAX_TURNS} turns")

    def _result(self, call: dict[str, Any], depth: int) -> dict[str, Any]:
        arguments = call["input"]
        _show(f"  {call['name']} {next(iter(arguments.values()))}", depth)
        failed = False
        try:
            if call["name"] == "Agent":
                tools = list(workshop.READING_TOOLS)
                output = self.work(script.SUB_SYSTEM, arguments["prompt"], tools, depth + 1)
            else:
                output = workshop.use(call["name"], arguments, self.folder)
        except workshop.ToolFailed as failure:
            failed, output = True, str(failure)
            _show(f"  ✗ {output.splitlines()[-1]}", depth)
        result: dict[str, Any] = {"type": "tool_result", "tool_use_id": call["id"], "content": output}
        return result | {"is_error": True} if failed else result


def _show(text: str, depth: int) -> None:
    print("    " * depth + short(safe(text, newlines=False), _LINE), flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
