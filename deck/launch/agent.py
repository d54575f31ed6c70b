"""The agent's process: on the user's terminal, in the launcher's process group, with the launcher's exit code.

The agent stays in the foreground, so the terminal's own signals (Ctrl-C, Ctrl-\\, a new window size) reach it from the
terminal; the launcher only has to survive them. What is sent to the launcher alone it passes on. An agent that stops
itself (Ctrl-Z) stops the launcher with it, so that the shell gets its prompt, and goes on with it.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from deck.diagnostics import Problem

NOT_FOUND = 127  # the shell's codes for a command that is not there, or cannot be run
NOT_EXECUTABLE = 126
_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH)
_FROM_OTHERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT)


def in_foreground() -> bool:
    """Whether this process group owns its terminal, so that the terminal signals the agent itself."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def run(command: Sequence[str], environ: Mapping[str, str], keep: Sequence[int]) -> int:
    """Run the agent to its end; its exit code, or 128 plus the signal that ended it.

    ``keep`` are descriptors the agent inherits (the proxy's lifeline). Call it from the main thread. Raises `Problem`
    (exit code 126 or 127) where the command cannot be run.
    """
    early: list[int] = []
    agent: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number in _FROM_TERMINAL and in_foreground():
            return
        if agent is None:
            early.append(number)
        else:
            _send(agent.pid, number)

    restore = _handle(pass_on)
    try:
        try:
            agent = subprocess.Popen(command, env=dict(environ), pass_fds=keep)
        except FileNotFoundError:
            raise Problem(f"{command[0]}: no such command.", code=NOT_FOUND) from None
        except OSError as error:
            raise Problem(f"{command[0]}: {error.strerror}.", code=NOT_EXECUTABLE) from None
        for number in early:
            _send(agent.pid, number)
        agent.returncode = _wait(agent.pid)
    finally:
        restore()
    return 128 - agent.returncode if agent.returncode < 0 else agent.returncode


def _handle(handler: Callable[[int, FrameType | None], None]) -> Callable[[], None]:
    """Install the handler for all signals that are not ignored (nohup); how to undo that."""
    before = {}
    for number in (*_FROM_TERMINAL, *_FROM_OTHERS):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)

    def restore() -> None:
        for number, former in before.items():
            signal.signal(number, former)

    return restore


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it ended just now; its exit code is on its way
        pass


def _wait(pid: int) -> int:
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        os.kill(os.getpid(), signal.SIGTSTP)
        _send(pid, signal.SIGCONT)
