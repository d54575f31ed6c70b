"""How the demo's agent reaches the provider: through the official SDK where it is installed, else by plain HTTP.

Both go through the proxy that the environment names and trust the roots that it names, as any agent does.
"""

import json
import os
import ssl
import time
from collections.abc import Callable, Iterable
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from deck.demo.script import HOST

Request = dict[str, Any]
Content = list[dict[str, Any]]
Send = Callable[[Request], Content]
"""Sends a request of the Messages API, streaming, and gives the content blocks of the answer."""

USER_AGENT = "deck-demo/1.0"
NO_KEY = "sk-demo-not-a-key"
_TRIES = 3
_MEMBERS = {"text": ("text",), "thinking": ("thinking", "signature"), "tool_use": ("id", "name", "input")}


def best() -> tuple[str, Send]:
    """The transport to use, with its name."""
    try:
        import anthropic
    except ImportError:
        return "plain HTTP", send_plainly
    client = anthropic.Anthropic(api_key=NO_KEY, default_headers={"User-Agent": USER_AGENT})

    def send(request: Request) -> Content:
        with client.messages.stream(**request) as stream:
            message = stream.get_final_message()
        return [_echo(block.model_dump()) for block in message.content]

    return "the anthropic SDK", send


def send_plainly(request: Request) -> Content:
    """Send with nothing but the standard library; an overloaded provider is asked again."""
    for _ in range(_TRIES):
        connection = _connection()
        try:
            headers = {
                "content-type": "application/json",
                "user-agent": USER_AGENT,
                "x-api-key": NO_KEY,
                "anthropic-version": "2023-06-01",
            }
            connection.request("POST", "/v1/messages", json.dumps(request | {"stream": True}), headers)
            response = connection.getresponse()
            if response.status == 200:
                return _accumulated(response)
            refusal = response.read().decode("utf-8", "replace")
            time.sleep(int(response.headers.get("retry-after-ms", "1000")) / 1000)
        finally:
            connection.close()
    raise ConnectionError(refusal)


def _connection() -> HTTPSConnection:
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
    proxy = urlsplit(os.environ.get("HTTPS_PROXY", ""))
    if not proxy.hostname:
        return HTTPSConnection(HOST, context=context)
    connection = HTTPSConnection(proxy.hostname, proxy.port, context=context)
    connection.set_tunnel(HOST, 443)
    return connection


def _accumulated(lines: Iterable[bytes]) -> Content:
    content: Content = []
    written = ""
    for line in lines:
        if not line.startswith(b"data:"):
            continue
        event = json.loads(line[5:])
        if event["type"] == "content_block_start":
            content.append(event["content_block"])
            written = ""
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            if delta["type"] == "input_json_delta":
                written += delta["partial_json"]
            else:
                member = delta["type"].removesuffix("_delta")
                content[-1][member] += delta[member]
        elif event["type"] == "content_block_stop" and written:
            content[-1]["input"] = json.loads(written)
    return content


def _echo(block: dict[str, Any]) -> dict[str, Any]:
    """A block as it goes back to the provider: without what the SDK adds for its users."""
    return {"type": block["type"]} | {member: block[member] for member in _MEMBERS[block["type"]]}
