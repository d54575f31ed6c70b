"""What is set for the recorder, looked at before anything starts: mitmdump takes any name and says nothing."""

from collections.abc import Iterable

from deck.diagnostics import USAGE, Problem

OPTIONS = ("deck_archive", "deck_fail", "deck_hosts", "deck_report", "deck_run", "deck_tag", "deck_unverified")
"""The options of the addon (addon/settings.py)."""
FAIL_POLICIES = ("open", "closed")
_KNOWN = f"Those of the addon are {', '.join(OPTIONS)}; mitmdump --options lists mitmproxy's own."
_OF_THE_DEMO = "deck_demo_port"  # addon/demo_route.py


def check(fail: str, settings: Iterable[str]) -> None:
    """Refuse an unknown fail policy, a setting that is not NAME=VALUE, and one that the addon would have but has not.

    Raises `Problem`.
    """
    if fail not in FAIL_POLICIES:
        raise Problem(f"--fail is {' or '.join(FAIL_POLICIES)}, not {fail[:40]!r}", code=USAGE)
    for setting in settings:
        name, equals, _value = setting.partition("=")
        if not (name and equals):
            raise Problem(f"--set takes NAME=VALUE, not {setting[:80]!r}", _KNOWN, USAGE)
        if name.startswith("deck_") and name not in (*OPTIONS, _OF_THE_DEMO):
            raise Problem(f"--set {name[:80]}: the addon has no such option", _KNOWN, USAGE)
