"""What is intercepted, what is kept, and what happens when nothing can be written."""

import json

from mitmproxy import http, tls
from mitmproxy.proxy import mode_specs

from addon import traffic
from store.book import Fate
from store.exchange import Mode
from store.providers import Providers


def is_stranger(hello: tls.ClientHelloData, providers: Providers) -> bool:
    """Whether a TLS connection through a forward proxy is none of our business: the tunnel stays untouched."""
    client, server = hello.context.client, hello.context.server
    if server.address is None or isinstance(client.proxy_mode, mode_specs.ReverseMode):
        return False  # TLS to the proxy itself
    host, port = server.address[0], server.address[1]
    names = [host, hello.client_hello.sni or host]
    return not any(providers.is_provider(name, port) for name in names)


def is_ours(flow: http.HTTPFlow, providers: Providers) -> bool:
    """Whether a request goes to a provider; in reverse mode the target is one, whoever it is."""
    return traffic.mode(flow) is Mode.REVERSE or providers.is_provider(*traffic.destination(flow))


def is_model_call(flow: http.HTTPFlow, providers: Providers) -> bool:
    """Whether a request is kept."""
    method, path = flow.request.method, flow.request.path
    if flow.live and traffic.mode(flow) is Mode.REVERSE:
        return providers.is_model_path(method, path)
    host, port = traffic.destination(flow)
    return providers.is_model_call(method, host, port, path)


def is_model_socket(flow: http.HTTPFlow, providers: Providers) -> bool:
    """Whether model calls may pass inside a WebSocket: where they may be posted, they may also be sent as messages."""
    if flow.live and traffic.mode(flow) is Mode.REVERSE:
        return providers.is_model_path("POST", flow.request.path)
    host, port = traffic.destination(flow)
    return providers.is_model_call("POST", host, port, flow.request.path)


def why_skipped(flow: http.HTTPFlow, providers: Providers) -> Fate:
    """Why a request to a provider is not kept itself."""
    if flow.request.headers.get("upgrade", "").lower() != "websocket":
        return Fate.NO_MODEL_CALL
    return Fate.HANDSHAKE if is_model_socket(flow, providers) else Fate.SOCKET


def refusal(trouble: str) -> http.Response:
    """The answer to a model call that must not go upstream unrecorded (fail policy ``closed``)."""
    return http.Response.make(503, refusal_message(trouble), {"content-type": "application/json"})


def refusal_message(trouble: str) -> bytes:
    """The same as a message of a WebSocket."""
    message = (
        f"deck: the archive cannot be written ({trouble}) and the fail policy is closed, so this request was not "
        "sent. Repair the archive, or start with the fail policy open."
    )
    return json.dumps({"type": "error", "status": 503, "error": {"type": "api_error", "message": message}}).encode()
