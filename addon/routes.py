"""Where live requests go, and what that makes of them: judged once for all that go to the same place.

An agent asks the same few addresses thousands of times, and judging one costs 100 µs where a proxy's caches are cold.
"""

from typing import Final, NamedTuple

from mitmproxy import http

from addon import policy, traffic
from store.exchange import Mode
from store.providers import Providers

_KEPT: Final = 256

_Key = tuple[object, str | None, bytes, bytes, str, int, bytes, str | None]


class Route(NamedTuple):
    """What is known of a request from its first line alone."""

    mode: Mode
    url: str  # absolute, with query
    is_ours: bool  # it goes to a provider
    is_model_call: bool  # it is kept


class Routes:
    """The routes of live requests under one table of providers."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._known: dict[_Key, Route] = {}

    def of(self, flow: http.HTTPFlow) -> Route:
        """The route of a live request."""
        request, client = flow.request.data, flow.client_conn
        key: _Key = (
            *(type(client.proxy_mode), client.sni, request.method, request.scheme),
            *(request.host, request.port, request.path),
            flow.request.host_header if traffic.is_named_by_header(flow) else "",
        )
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._judge(flow)
        return found

    def _judge(self, flow: http.HTTPFlow) -> Route:
        return Route(
            traffic.mode(flow),
            traffic.url(flow),
            policy.is_ours(flow, self._providers),
            policy.is_model_call(flow, self._providers),
        )
