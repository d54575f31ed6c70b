"""`deck completion`: what makes a shell complete deck's command lines."""

from __future__ import annotations

from typing import Annotated

NAME = "completion"


def completion(shell: Annotated[str, "bash, zsh or fish"]) -> int:
    """Print what makes a shell complete what one types.

    That is commands, options, sessions, tags and hashes. For this shell: eval "$(deck completion bash)", the same for
    zsh, deck completion fish | source. For every shell put that line into ~/.bashrc, ~/.zshrc or
    ~/.config/fish/config.fish.
    """
    from importlib import resources

    from deck.diagnostics import OK, USAGE, Problem

    if shell not in ("bash", "zsh", "fish"):
        raise Problem(f"there is no completion for {shell[:40]!r}", "bash, zsh or fish", USAGE)
    print(resources.files("deck.completion").joinpath(f"deck.{shell}").read_text("utf-8"), end="")
    return OK
