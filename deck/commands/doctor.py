"""`deck doctor`: what is missing or wrong, in words."""

from __future__ import annotations

from typing import Annotated

NAME = "doctor"


def doctor(
    *,
    json: Annotated[bool, "as JSON, schema deck.doctor/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Say what is missing or wrong, and what to do next.

    It looks at the archive, proxies, CA, and the variables of this shell. One line a check. Ends with 0 where there is
    nothing to mend, with 1 where there is; notes are no fault. It is quick: what it says of the archive's content `deck
    fsck` proves.
    """
    import datetime
    import os
    import sys
    from pathlib import Path

    from deck.diagnostics import FAILED, OK
    from deck.doctor import checkup
    from deck.doctor.finding import Level
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.render import safe, style_for

    is_named = bool(archive or os.environ.get("DECK_STORE"))
    now = datetime.datetime.now(datetime.UTC)
    found = list(checkup.examine(chosen_archive(archive), is_named, os.environ, Path.home(), Path.cwd(), now))
    sound = not any(each.level is Level.MEND for each in found)
    if json:
        print_json("doctor", {"sound": sound, "checks": [each._asdict() for each in found]})
        return OK if sound else FAILED
    style = style_for(sys.stdout)
    for each in found:
        level = style.kind("error", f"{each.level:<4}") if each.level is Level.MEND else f"{each.level:<4}"
        said = f"{each.check}: {each.message}" + (f". {each.next}" if each.next else "")
        print(f"{level} {safe(said, newlines=False)}")
    return OK if sound else FAILED
