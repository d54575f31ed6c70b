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
    from deck.output import print_json_line, screen_width
    from deck.render import cut, safe, style_for
    from deck.render_follow import followed_line
    from deck.to_json import followed_json

    path, style = chosen_archive(archive), style_for(sys.stdout)

    def waiting(is_there: bool) -> None:
        where = safe(str(path), newlines=False)
        if not is_there:
            print(f"deck: no archive in {where} yet; waiting for one", file=sys.stderr, flush=True)
        elif sys.stderr.isatty():
            print(f"deck: waiting for the next step in {where}; Ctrl-C ends it", file=sys.stderr, flush=True)

    for each in followed(path, session, waiting):
        if json:
            print_json_line("follow", followed_json(each))
        else:
            line, width = followed_line(each, style), screen_width()
            print(line if width is None else cut(line, width), flush=True)
    return OK
