"""Clients by their User-Agent."""

import pytest

from store.wire.products import product


@pytest.mark.parametrize(
    ("user_agent", "client", "version"),
    [
        ("claude-cli/2.1.219 (external, sdk-cli)", "claude-code", "2.1.219"),
        ("Anthropic/Python 0.125.0", "anthropic-python", "0.125.0"),
        ("AsyncAnthropic/Python 0.125.0", "asyncanthropic-python", "0.125.0"),
        ("curl/8.5.0", "curl", "8.5.0"),
        ("Mozilla/5.0 (X11; Linux) Chrome/9", "mozilla", "5.0"),
        ("", "", ""),
        ("\x1b[31m/1", "", ""),
    ],
)
def test_name_and_version(user_agent: str, client: str, version: str) -> None:
    assert product(user_agent) == (client, version)
