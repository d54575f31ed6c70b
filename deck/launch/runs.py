"""The run object: who launched what, where and how. Two objects, since an object cannot change:

    {"type": "start", "author", "host", "command", "cwd", "git", "environment", "tags", "fail", "deck", "started_ms"}
    {"type": "end", "run": <id of the start>, "exit_code", "ended_ms", "turns", "skipped", "gaps"}

Turns name the start. ``git`` is null outside a work tree, else ``{"commit", "branch", "dirty"}`` (each null where git
does not say in time). Of the environment only `KEPT` and the variables that name a model server are kept, and both
they and the command line are masked (`deck.launch.masked`): what may be a credential is gone before anything is
hashed or written.
"""

import getpass
import importlib.metadata
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deck.launch import masked
from deck.launch.gateways import OTHER_NAMES
from deck.launch.tally import Tally
from deck.launch.variables import PROXY_VARIABLES
from store.mask import Masker

_ADDRESSES = frozenset((*PROXY_VARIABLES, *OTHER_NAMES, "ALL_PROXY", "all_proxy"))
KEPT = _ADDRESSES | frozenset(
    (
        *("NO_PROXY", "no_proxy"),
        *("CI", "LANG", "LC_ALL", "SHELL", "TERM", "TZ", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV"),
        *("ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "OPENAI_MODEL", "GEMINI_MODEL"),
        *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
        *("MAX_THINKING_TOKENS", "DISABLE_PROMPT_CACHING"),
    )
)
_NAMES_A_SERVER = re.compile(r"\w+_(BASE_URL|API_BASE)\Z", re.IGNORECASE)
_GIT_SECONDS = 2.0


def start(
    command: Sequence[str],
    environ: Mapping[str, str],
    cwd: Path,
    tags: Iterable[str],
    fail: str,
    masker: Masker,
) -> dict[str, Any]:
    """The object for a launch that begins now. ``environ`` is the user's, before deck changed it."""
    kept = (name for name in sorted(environ) if name in KEPT or _NAMES_A_SERVER.match(name))
    return {
        "type": "start",
        "author": author(cwd),
        "host": socket.gethostname(),
        "command": masked.command(command, masker),
        "cwd": str(cwd),
        "git": _work_tree(cwd),
        "environment": {name: _kept_value(name, environ[name], masker) for name in kept},
        "tags": list(tags),
        "fail": fail,
        "deck": _version(),
        "started_ms": time.time_ns() // 1_000_000,
    }


def end(run: str, exit_code: int, tally: Tally) -> dict[str, Any]:
    """The object for the end of ``run`` (hex id of its start)."""
    return {
        "type": "end",
        "run": run,
        "exit_code": exit_code,
        "ended_ms": time.time_ns() // 1_000_000,
        "turns": tally.turns,
        "skipped": tally.skipped,
        "gaps": tally.gaps,
    }


def _kept_value(name: str, value: str, masker: Masker) -> str:
    is_address = name in _ADDRESSES or _NAMES_A_SERVER.match(name)
    return masked.address(value, masker) if is_address else masked.text(value, masker)


def _version() -> str:
    try:
        return importlib.metadata.version("replaydeck")
    except importlib.metadata.PackageNotFoundError:  # a checkout that was not installed
        return ""


def author(cwd: Path) -> str:
    """Who works in this folder: the name and address that git has, else the user's name."""
    name, email = _git(cwd, "config", "user.name"), _git(cwd, "config", "user.email")
    if name and email:
        return f"{name} <{email}>"
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return str(os.getuid())


def _work_tree(cwd: Path) -> dict[str, Any] | None:
    if _git(cwd, "rev-parse", "--is-inside-work-tree") != "true":
        return None
    status = _git(cwd, "status", "--porcelain", "--ignore-submodules")
    return {
        "commit": _git(cwd, "rev-parse", "--verify", "-q", "HEAD"),
        "branch": _git(cwd, "symbolic-ref", "--short", "-q", "HEAD"),
        "dirty": None if status is None else bool(status),
    }


def _git(cwd: Path, *words: str) -> str | None:
    """What git prints, without the last newline; None where it fails, is absent, or takes too long."""
    # A work tree can name a program of its own as the file system monitor; looking must not run it.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *words]
    try:
        result = subprocess.run(command, cwd=cwd, capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.decode("utf-8", "replace").strip() if result.returncode == 0 else None
