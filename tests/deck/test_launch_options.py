"""What may be set for the recorder."""

import pytest
from mitmproxy import addonmanager

from addon import settings
from deck.diagnostics import USAGE, Problem
from deck.launch.options import OPTIONS, check


@pytest.mark.parametrize("setting", ["nope", "=1", "", "deck_nope=1", "deck_host=x", "deck_tags=x"])
def test_what_nobody_would_take_is_refused_with_the_known_names(setting: str) -> None:
    with pytest.raises(Problem) as caught:
        check("open", [setting])
    assert caught.value.code == USAGE
    assert all(name in caught.value.hint for name in OPTIONS)


def test_an_unknown_fail_policy_is_refused() -> None:
    with pytest.raises(Problem, match="open or closed"):
        check("half", [])


def test_what_mitmproxy_or_the_addon_knows_is_taken() -> None:
    check("closed", ["ssl_insecure=true", "scripts=a=b", *(f"{name}=" for name in OPTIONS), "deck_demo_port=1"])


def test_the_names_are_those_that_the_addon_declares() -> None:
    class Listening(addonmanager.Loader):
        def __init__(self) -> None:
            self.names: list[str] = []

        def add_option(self, name: str, *_more: object, **_others: object) -> None:
            self.names.append(name)

    loader = Listening()
    settings.declare(loader)
    assert sorted(loader.names) == sorted(OPTIONS)
