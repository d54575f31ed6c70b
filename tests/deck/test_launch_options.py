"""What may be set for the recorder."""

import pytest
from mitmproxy import addonmanager

from addon import settings
from deck.diagnostics import USAGE, Problem
from deck.launch.options import OPTIONS, check


@pytest.mark.parametrize("setting", ["nope", "=1", "", "deck_nope=1", "deck_host=x", "deck_tags=x"])
def test_what_nobody_would_take_is_refused_with_the_known_names(setting: str) -> None:
    with pytest.raises(Problem) as caught:
        check("open", [setting], is_run=False)
    assert caught.value.code == USAGE
    assert all(name in caught.value.hint for name in OPTIONS)


def test_an_unknown_fail_policy_is_refused() -> None:
    with pytest.raises(Problem, match="open or closed"):
        check("half", [], is_run=False)


def test_what_mitmproxy_or_the_addon_knows_is_taken() -> None:
    given = ["ssl_insecure=true", "scripts=a=b", "deck_demo_port=1", "deck_tag=a", "deck_tag=b", f"deck_run={'0' * 64}"]
    assert check("closed", [*given, "deck_hosts=x", "deck_report=x", "deck_unverified=true"], is_run=False) == "closed"


def test_the_fail_policy_that_is_set_is_the_one_in_force() -> None:
    assert check("open", ["deck_fail=closed"], is_run=True) == "closed"


@pytest.mark.parametrize(
    ("settings", "is_run", "told"),
    [
        (["deck_fail=maybe"], False, "deck_fail is open or closed, not 'maybe'"),
        (["deck_fail=open", "deck_fail=open"], False, "deck_fail is given 2 times"),
        (["deck_unverified=maybe"], False, "true or false"),
        (["deck_run=abcd"], False, "64 hex digits"),
        (["deck_archive=x"], False, "--archive FOLDER"),
        (["confdir=x"], True, "XDG_DATA_HOME"),
        ([f"deck_run={'0' * 64}"], True, "makes the run object"),
        (["deck_report=x"], True, "reads the report itself"),
    ],
)
def test_what_would_leave_the_proxy_without_its_recorder_is_refused(
    settings: list[str], is_run: bool, told: str
) -> None:
    with pytest.raises(Problem) as caught:
        check("open", settings, is_run=is_run)
    assert caught.value.code == USAGE
    assert told in f"{caught.value.message} {caught.value.hint}"


def test_the_names_are_those_that_the_addon_declares() -> None:
    class Listening(addonmanager.Loader):
        def __init__(self) -> None:
            self.names: list[str] = []

        def add_option(self, name: str, *_more: object, **_others: object) -> None:
            self.names.append(name)

    loader = Listening()
    settings.declare(loader)
    assert sorted(loader.names) == sorted(OPTIONS)
