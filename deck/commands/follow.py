"""`deck -f`: what is being captured, line by line."""

from __future__ import annotations

from typing import Annotated

NAME = "follow"


def follow(
    session: Annotated[str | None, "a session, or any turn of it; all sessions if not given"] = None,
    *,
    json: Annotated[bool, "a line of JSON a step, schema deck.follow/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Follow a capture in a second terminal.

    It prints a line for each step as it is committed, until Ctrl-C. deck -f is the same. Where there is no archive yet,
    it waits for one.
    """
    import sys

    from deck.diagnostics import OK
    from deck.follow import follow as followed
    from deck.locations import chosen_archive
    from deck.output import print_json_line
    from deck.render import safe, style_for
    from deck.render_follow import followed_line
    from deck.to_json import followed_json

    path, style = chosen_archive(archive), style_for(sys.stdout)

    def waiting() -> None:
        told = f"no archive in {safe(str(path), newlines=False)} yet; waiting for one"
        print(f"deck: {told}", file=sys.stderr, flush=True)

    for each in followed(path, session, waiting):
        if json:
            print_json_line("follow", followed_json(each))
        else:
            print(followed_line(each, style), flush=True)
    return OK
