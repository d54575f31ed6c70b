"""Credentials in headers and URLs become tokens: keyed, equal for equals, stable under a second masking."""

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
    "url",
    [
        f"https://u:{SECRET}@h/p",
        f"https://h/p?key={SECRET}",
        f"https://h/p?alt=sse&api_key={SECRET}&x=1",
        f"https://h/p?X-Amz-Signature={SECRET}",
        f"https://h/p?%6bey={SECRET}",
        f"https://[broken/{SECRET}",
    ],
)
def test_keys_in_urls_are_masked(masker: Masker, url: str) -> None:
    assert SECRET not in masker.url(url)


def test_a_plain_url_stays_as_it_is(masker: Masker) -> None:
    url = "https://api.anthropic.com/v1/messages?beta=true&&empty=#frag"
    assert masker.url(url) == url


def test_equal_secrets_stay_equal_and_other_archives_differ(masker: Masker) -> None:
    one, same, other = masker.token("r", b"a"), masker.token("r", b"a"), masker.token("r", b"b")
    assert one == same != other
    assert Masker(b"1" * 32).token("r", b"a") != one


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    masker = Masker(bytes(32))
    url = f"https://user:{text}@host/p?key={text}&a={text}"
    assert masker.url(masker.url(url)) == masker.url(url)
    headers = ((b"x-key", text.encode("utf-8", "replace")),)
    assert masker.headers(masker.headers(headers)) == masker.headers(headers)


def test_text_that_is_no_unicode_comes_back() -> None:
    masker = Masker(bytes(32), Masking(bytes(32)))
    odd = "\ud800 and \udcff, of no meaning"
    assert masker.text(odd) == odd
    assert masker.url(f"https://example.org/{odd}") == f"https://example.org/{odd}"
