"""What `deck proxy` and `deck env` tell of each other."""

import pytest

from deck.launch import by_hand


def test_a_command_names_what_is_not_usual() -> None:
    assert by_hand.command("env", 8080, None) == "deck env"
    assert (
        by_hand.command("proxy", 18080, "/tmp/it's here")
        == """deck proxy --port 18080 --archive '/tmp/it'"'"'s here'"""
    )


@pytest.mark.parametrize(
    ("modes", "port", "told"),
    [
        ((), 8080, 'eval "$(deck env --archive a)"'),
        (("regular",), 18080, 'eval "$(deck env --port 18080 --archive a)"'),
        (("regular@8080",), 18080, 'eval "$(deck env --archive a)"'),
        (("upstream:http://10.0.0.1:3128@127.0.0.1:9",), 8080, 'eval "$(deck env --port 9 --archive a)"'),
        (("regular@10.0.0.5:9",), 8080, "the mode regular@10.0.0.5:9"),
        (
            ("reverse:https://api.anthropic.com@8081",),
            8080,
            "http://127.0.0.1:8081 as base URL in place of https://api.anthropic.com",
        ),
        (("reverse:api.openai.com",), 18080, "http://127.0.0.1:18080 as base URL in place of api.openai.com"),
        (("Reverse:http://localhost:11434@::1:7",), 1, "http://[::1]:7 as base URL in place of http://localhost:11434"),
        (
            ("regular@7", "reverse:https://api.anthropic.com@0.0.0.0:8"),
            8080,
            'eval "$(deck env --port 7 --archive a)"; '
            "http://127.0.0.1:8 as base URL in place of https://api.anthropic.com",
        ),
        (("socks5@1080", "local"), 8080, "the mode socks5@1080; the mode local"),
        (("reverse:dns://8.8.8.8@53",), 8080, "the mode reverse:dns://8.8.8.8@53"),
        (("regular@many",), 8080, "the mode regular@many"),
    ],
)
def test_what_clients_use(modes: tuple[str, ...], port: int, told: str) -> None:
    assert by_hand.clients(modes, port, "a") == told
