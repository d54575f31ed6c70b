"""Where requests go, judged once for each place, is what judging each anew would say."""

import pytest
from mitmproxy import http
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from addon import policy, traffic
from addon.routes import Route, Routes
from store import providers

PROVIDERS = providers.load()


def asked(host: str, path: str = "/v1/messages", method: str = "POST", mode: str = "regular") -> http.HTTPFlow:
    flow = tflow.tflow()
    flow.live = True
    flow.request.host, flow.request.port, flow.request.scheme = host, 443, "https"
    flow.request.method, flow.request.path = method, path
    flow.client_conn.proxy_mode = mode_specs.ProxyMode.parse(mode)
    return flow


PLACES = [
    ("api.anthropic.com", "/v1/messages", "POST", "regular"),
    ("api.anthropic.com", "/v1/messages", "GET", "regular"),
    ("api.anthropic.com", "/v1/messages?beta=true", "POST", "regular"),
    ("api.anthropic.com", "/api/hello", "POST", "regular"),
    ("example.org", "/v1/messages", "POST", "regular"),
    ("example.org", "/v1/messages", "POST", "reverse:https://example.org"),
]


@pytest.mark.parametrize("again", range(2))
def test_every_place_keeps_its_own_route(again: int) -> None:
    routes = Routes(PROVIDERS)
    for _ in range(again + 1):
        for place in PLACES:
            flow = asked(*place)
            assert routes.of(flow) == Route(
                traffic.mode(flow),
                traffic.url(flow),
                policy.is_ours(flow, PROVIDERS),
                policy.is_model_call(flow, PROVIDERS),
            )
    assert len({routes.of(asked(*place)) for place in PLACES}) == len(PLACES)


def test_the_host_header_names_an_address_anew_each_time() -> None:
    routes = Routes(PROVIDERS)
    for name in ("one.example", "two.example"):
        flow = asked("192.0.2.1")
        flow.request.headers["host"] = name
        assert routes.of(flow).url == f"https://{name}/v1/messages"


def test_many_places_are_told_apart_within_bounds() -> None:
    routes = Routes(PROVIDERS)
    for number in range(1000):
        assert routes.of(asked("api.anthropic.com", f"/v1/messages?{number}")).url.endswith(f"?{number}")


def test_another_server_name_is_another_place() -> None:
    routes = Routes(PROVIDERS)
    flow = asked("api.anthropic.com")
    before = routes.of(flow)
    flow.client_conn.sni = "example.org"
    assert routes.of(flow) == before._replace(url=traffic.url(flow))
