"""What is set for the recorder, looked at before anything starts: mitmdump takes any name and says nothing."""

from collections import Counter
from collections.abc import Iterable

from deck.diagnostics import USAGE, Problem
from store.ids import ID_BYTES, is_prefix

OPTIONS = (
    *("deck_archive", "deck_fail", "deck_hosts", "deck_report"),
    *("deck_run", "deck_strict", "deck_tag", "deck_unverified"),
)
"""The options of the addon (addon/settings.py)."""
ADDED_UP = ("deck_hosts", "deck_tag", "scripts")
"""Options that are lists, of those that deck sets itself: what the user sets comes on top. Any other has one value."""
_SWITCHES = ("deck_strict", "deck_unverified")
FAIL_POLICIES = ("open", "closed")
_KNOWN = f"Those of the addon are {', '.join(OPTIONS)}; mitmdump --options lists mitmproxy's own."
_OF_THE_DEMO = "deck_demo_port"  # addon/demo_route.py
_INSTEAD = {
    "deck_archive": "Name the archive with --archive FOLDER.",
    "confdir": "deck keeps the proxy's CA in its data folder, which XDG_DATA_HOME can move.",
}
_OF_RUN = {
    "deck_run": "`deck run` makes the run object that its turns name.",
    "deck_report": "`deck run` reads the report itself, and tells at its end what it says.",
}


def check(fail: str, settings: Iterable[str], *, is_run: bool) -> str:
    """Refuse what cannot be meant, and what mitmdump would pass over; the fail policy in force, by either option.

    That is an unknown fail policy, a setting that is not NAME=VALUE, an option that the addon would have but has not,
    one with a value that it does not take or with two values, and one that deck (`deck run` alone, if ``is_run``) has
    a say in by other means. Raises `Problem`.
    """
    given = [_parted(setting) for setting in settings]
    for name, times in Counter(name for name, _ in given).items():
        if name in OPTIONS and name not in ADDED_UP and times > 1:
            raise Problem(f"--set {name} is given {times} times, and takes one value", code=USAGE)
    for name, value in given:
        instead = _INSTEAD | (_OF_RUN if is_run else {})
        if name in instead:
            raise Problem(f"--set {name} has no place here", instead[name], USAGE)
        if name == "deck_run" and value and not (is_prefix(value) and len(value) == 2 * ID_BYTES):
            raise Problem("--set deck_run takes the 64 hex digits of a run object", code=USAGE)
        if name in _SWITCHES and value not in ("true", "false", ""):
            raise Problem(f"--set {name} is true or false, not {value[:40]!r}", code=USAGE)
        if name == "deck_fail":
            _check_policy("--set deck_fail", value)
    _check_policy("--fail", fail)
    return dict(given).get("deck_fail", fail)


def _check_policy(option: str, policy: str) -> None:
    if policy not in FAIL_POLICIES:
        raise Problem(f"{option} is {' or '.join(FAIL_POLICIES)}, not {policy[:40]!r}", code=USAGE)


def _parted(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not (name and equals):
        raise Problem(f"--set takes NAME=VALUE, not {setting[:80]!r}", _KNOWN, USAGE)
    if name.startswith("deck_") and name not in (*OPTIONS, _OF_THE_DEMO):
        raise Problem(f"--set {name[:80]}: the addon has no such option", _KNOWN, USAGE)
    return name, value
