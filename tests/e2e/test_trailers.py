"""Secrets in trailers, the header fields behind a body: deck keeps none of them, whatever mitmproxy does with them."""

import http.client
import json
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from canaries import Planted, Search
from provider import Authority, Provider, Reply, message_events
from proxy import Proxy, until
from recorded import turns
from trailers import Http2Provider, ask_over_http2

pytestmark = pytest.mark.e2e
URL = "https://api.anthropic.com/v1/messages"
EVENTS = "text/event-stream"
BODY = json.dumps({"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi."}]}).encode()
ANSWER = message_events(["Well."])


def is_nowhere(planted: Planted, proxy: Proxy) -> bool:
    search = Search(planted.secrets)
    return not search.on_disk([proxy.folder]) and not search.in_objects(proxy.archive)


def test_trailers_pass_over_http_2(start: Callable[..., Proxy], authority: Authority) -> None:
    planted = Planted()
    asking, answering = ([("x-odd", planted.odd(f"trailer of the {side}"))] for side in ("request", "answer"))
    with Http2Provider(authority, b"".join(ANSWER), EVENTS, answering) as provider:
        proxy = start(provider_port=provider.port)
        got = ask_over_http2(proxy.url, proxy.ca, URL, BODY, asking)
        proxy.stop()
    assert (got.body, got.trailers) == (b"".join(ANSWER), answering)
    assert (provider.seen.body, provider.seen.trailers) == (BODY, asking)
    (turn,) = turns(proxy.archive)
    assert (turn.outcome, turn.request, turn.response) == ("complete", BODY, b"".join(ANSWER))
    assert is_nowhere(planted, proxy)


def chunked(proxy: Proxy, trailer: bytes) -> http.client.HTTPSConnection:
    """The connection on which the body was sent in one chunk, with a trailer behind it."""
    address, asked = urlsplit(proxy.url), urlsplit(URL)
    context = ssl.create_default_context(cafile=str(proxy.ca))
    client = http.client.HTTPSConnection(str(address.hostname), address.port, timeout=30, context=context)
    client.set_tunnel(str(asked.hostname), 443)
    client.putrequest("POST", asked.path)
    client.putheader("transfer-encoding", "chunked")
    client.endheaders(b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(BODY), BODY, trailer))
    return client


@pytest.mark.prove
def test_mitmproxy_takes_none_over_http_1(start: Callable[..., Proxy], provider: Provider) -> None:
    """docs/threat-model.md tells so; where this fails, mitmproxy has learned it."""
    planted = Planted()
    proxy = start()

    def is_refused(times: int) -> bool:
        return proxy.log().count("NotImplementedError: HTTP trailers") == times

    asking = chunked(proxy, b"x-odd: %b\r\n" % planted.odd("trailer of the request").encode())
    until(lambda: is_refused(1))
    asking.close()
    trailer = b"x-odd: %b\r\n" % planted.odd("trailer of the answer").encode()
    provider.script(Reply(ANSWER, headers=[("content-type", EVENTS)], trailers=trailer))
    answered = chunked(proxy, b"")
    received = answered.getresponse().read(sum(map(len, ANSWER)))
    until(lambda: is_refused(2))
    answered.close()
    proxy.stop()
    assert received == b"".join(ANSWER)
    assert {turn.response: turn.outcome for turn in turns(proxy.archive)}[received] == "complete"
    assert is_nowhere(planted, proxy)
