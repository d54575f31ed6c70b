"""The command line of `deck` in this process."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
"""Runs a command line: exit code, stdout, stderr."""
