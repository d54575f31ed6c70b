"""`deck run`: run an agent on this terminal and record what it says to its models."""

from __future__ import annotations

from typing import Annotated

NAME = "run"


def run(
    *cmd: Annotated[str, "the agent's command, after --"],
    archive: Annotated[str | None, "the archive to record into; made if absent"] = None,
    tag: Annotated[list[str] | None, "a tag for the turns of this run; may be repeated"] = None,
    set: Annotated[list[str] | None, "an option of mitmproxy or the addon; may be repeated"] = None,
    fail: Annotated[str, "open: traffic goes on when recording fails; closed: new model calls get a 503"] = "open",
    password: Annotated[bool, "let in only who has this run's password; it stands in the agent's environment"] = False,
) -> int:
    """Run an agent and record what it says to its models.

    The agent gets a proxy on 127.0.0.1 and the CA to trust it, through its environment. It keeps the terminal and its
    exit code; when it has ended, one line on stderr says how many turns were recorded and how to look at them. A proxy
    and CA that you already use stay in use. Example: deck run -- claude
    """
    import shlex

    from deck.launch import session
    from deck.locations import chosen_archive

    return session.run(
        session.Launch(
            command=cmd,
            archive=chosen_archive(archive),
            archive_option=f"--archive {shlex.quote(archive)} " if archive else "",
            tags=tuple(tag or ()),
            settings=tuple(set or ()),
            fail=fail,
            password=password,
        )
    )
