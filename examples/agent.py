"""An agent in 40 lines: it asks, runs the shell commands it is told to run, and ends when no more are asked for.

Run it as ``deck run -- python examples/agent.py "How many files are here?"`` with ANTHROPIC_API_KEY set. It does what
the model says, so run it where that does no harm.
"""

import subprocess
import sys

import anthropic

MODEL = "claude-sonnet-4-5"
SHELL = {
    "name": "shell",
    "description": "Run a shell command and get its output.",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
}


def work(task: str) -> str:
    """The model's last words on the task."""
    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": task}]
    while True:
        with client.messages.stream(model=MODEL, max_tokens=4096, tools=[SHELL], messages=messages) as stream:
            answer = stream.get_final_message()
        messages.append({"role": "assistant", "content": answer.content})
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return "".join(block.text for block in answer.content if block.type == "text")
        messages.append({"role": "user", "content": [result(call) for call in calls]})


def result(call: anthropic.types.ToolUseBlock) -> dict:
    """What a tool call gave, as the API takes it."""
    done = subprocess.run(call.input["command"], shell=True, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    return {"type": "tool_result", "tool_use_id": call.id, "content": output, "is_error": done.returncode != 0}


if __name__ == "__main__":
    print(work(sys.argv[1]))
