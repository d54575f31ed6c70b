"""A play: launches of one real agent, one after the other, against one script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent_script import Script

SESSION = "{session}"
"""In a command: the session that the first launch said it has."""


@dataclass(frozen=True)
class Play:
    """``way`` says how the agent reaches its provider; ``made`` are files that its tools must have written."""

    agent: str
    package: str  # npm's name
    way: str
    script: Script
    launches: Sequence[Sequence[str]]
    made: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    upgrades: bool = True  # whether the provider takes WebSockets
