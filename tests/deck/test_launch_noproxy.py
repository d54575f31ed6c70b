import pytest

from deck.launch import noproxy


@pytest.mark.parametrize(
    ("entry", "host", "port", "bypassed"),
    [
        ("*", "api.example", 443, True),
        ("example", "example", 443, True),
        ("example", "api.example", 443, True),
        (".example", "api.example", 443, True),
        ("*.example", "api.example", 443, True),
        ("example", "notexample", 443, False),
        ("Example", "API.example.", 443, True),
        ("example:8080", "example", 8080, True),
        ("example:8080", "example", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("fe80::/10", "fe80::1", 80, True),
        ("1.2.3", "1.2.3.4", 80, False),
        ("", "example", 80, False),
        (".", "example", 80, False),
    ],
)
def test_an_entry_bypasses_as_clients_read_it(entry: str, host: str, port: int, bypassed: bool) -> None:
    assert noproxy.matching([entry], host, port) == ((entry,) if bypassed else ())


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "x.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0"])
def test_loopback_in_all_its_forms(host: str) -> None:
    assert noproxy.is_loopback(host)


@pytest.mark.parametrize("host", ["example", "localhost.example", "10.0.0.1", "::2", ""])
def test_what_is_no_loopback(host: str) -> None:
    assert not noproxy.is_loopback(host)


def test_lists_are_split_at_commas_and_blanks_and_merged_once() -> None:
    assert noproxy.merged(["a"], noproxy.split(" b, a ,c d,")) == ("a", "b", "c", "d")
