"""Credentials in headers and URLs become tokens: keyed, equal for equals, stable under a second masking."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.mask import Masker
from store.masking.masking import Masking

SECRET = "sk-ant-api03-canary"


@pytest.fixture
def masker() -> Masker:
    return Masker(bytes(32))


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "X-API-Key", "api-key", "x-goog-api-key", "Cookie", "Set-Cookie",
     "x-amz-security-token", "x-anything-else"],
)  # fmt: skip
def test_values_of_names_that_are_not_known_are_masked(masker: Masker, name: str) -> None:
    ((kept, value),) = masker.headers(((name.encode(), SECRET.encode()),))
    assert kept == name.encode()
    assert value.startswith(b"[[deck:header:") and SECRET.encode() not in value


def test_harmless_headers_stay(masker: Masker) -> None:
    headers = ((b"Content-Type", b"text/plain"), (b"x-stainless-lang", b"js"), (b"request-id", b"req_1"))
    assert masker.headers(headers) == headers


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("x-goog-api-key", True),
        ("x-password", True),
        ("X-Passphrase", True),
        ("x-user-pass", True),
        ("x-jwt-assertion", True),
        ("x-aws-credential", True),
        ("x-compass", False),
        ("x-passed", False),
        ("sec-websocket-key", False),
    ],
)
def test_credentials_of_headers_are_looked_for_in_bodies(name: str, is_one: bool) -> None:
    masker = Masker(bytes(32), Masking(bytes(32)))
    masker.headers(((name.encode(), b"hunter2-hunter2"),))
    assert (b"hunter2-hunter2" not in masker.data(b"it is hunter2-hunter2.")) == is_one


@pytest.mark.parametrize(
    "url",
    [
        f"https://u:{SECRET}@h/p",
        f"https://h/p?key={SECRET}",
        f"https://h/p?alt=sse&api_key={SECRET}&x=1",
        f"https://h/p?X-Amz-Signature={SECRET}",
        f"https://h/p?%6bey={SECRET}",
        f"https://[broken/{SECRET}",
        f"https://h/cb#access_token={SECRET}&state=1",
        f"https://h/cb#/route?x=1;token={SECRET}",
        f"https://h/p?a=1;api_key={SECRET}",
        f"https://h/p?a=1&b=2;api_key={SECRET};c=3&d",
        f"https://h/p?key=a;{SECRET}",
        f"https://h/p?key?a={SECRET}",
        f"https://h/p;a=1;jsessionid={SECRET}/q",
        f"/cb;token={SECRET}",
        f"https://h/p?jwt={SECRET}",
        f"https://h/p?db_pwd={SECRET}",
        f"https://h/p?pass={SECRET}",
        f"https://h/p?user_pass={SECRET}&x=1",
        f"https://h/p?passphrase={SECRET}",
    ],
)
def test_keys_in_urls_are_masked(masker: Masker, url: str) -> None:
    assert SECRET not in masker.url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.anthropic.com/v1/messages?beta=true&&empty=#frag",
        "https://h/a;b/c;v=1?a=1;b=2&c;d=;#/x?y=1;z&w=2",
        "https://h/p?upwd=1&ajwt=2",
        "https://h/p?passed=1&compass=2&passthrough=3&bypass=4",
    ],
)
def test_a_plain_url_stays_as_it_is(masker: Masker, url: str) -> None:
    assert masker.url(url) == url


def test_what_stands_around_a_masked_parameter_stays(masker: Masker) -> None:
    shown = masker.url("https://h/p;x=1;token=a/q?a=1;key=b;c=3&d=4#e=5&jwt=c&f")
    assert re.sub("%5B.*?%5D%5D", "…", shown) == "https://h/p;x=1;token=…/q?a=1;key=…&d=4#e=5&jwt=…&f"


def test_the_fragment_of_a_location_is_masked(masker: Masker) -> None:
    ((_name, value),) = masker.headers(((b"Location", f"https://h/#access_token={SECRET}&x=1".encode()),))
    assert SECRET.encode() not in value and value.endswith(b"&x=1")


def test_equal_secrets_stay_equal_and_other_archives_differ(masker: Masker) -> None:
    one, same, other = masker.token("r", b"a"), masker.token("r", b"a"), masker.token("r", b"b")
    assert one == same != other
    assert Masker(b"1" * 32).token("r", b"a") != one


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    masker = Masker(bytes(32))
    url = f"https://user:{text}@host/p;token={text}?key={text}&a={text};pwd={text}#jwt={text}&b={text}"
    assert masker.url(masker.url(url)) == masker.url(url)
    headers = ((b"x-key", text.encode("utf-8", "replace")),)
    assert masker.headers(masker.headers(headers)) == masker.headers(headers)


def test_text_that_is_no_unicode_comes_back() -> None:
    masker = Masker(bytes(32), Masking(bytes(32)))
    odd = "\ud800 and \udcff, of no meaning"
    assert masker.text(odd) == odd
    assert masker.url(f"https://example.org/{odd}") == f"https://example.org/{odd}"
