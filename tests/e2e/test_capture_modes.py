"""Every way in which traffic reaches the recorder: forward, reverse, upstream, strangers in a tunnel, files."""

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdk
from provider import Authority, Provider, Reply, message_events, message_json
from proxy import Proxy, until
from recorded import turns

pytestmark = pytest.mark.e2e
TEXTS = ["Hello", ", world."]
EVENTS = message_events(TEXTS)


def test_reverse_mode_needs_no_ca(start: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    # Lazy, because an eager connection is made, and rewritten by the test's route, before the request is read.
    proxy = start(arguments=["--mode", "reverse:https://api.anthropic.com"], options={"connection_strategy": "lazy"})
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", proxy.url)
    provider.script(Reply.stream(TEXTS))
    _, received = sdk.ask_streaming()
    (turn,) = turns(proxy.archive)
    assert received == b"".join(EVENTS) == turn.response
    assert turn.payload["capture"]["mode"] == "reverse"
    assert turn.payload["http"]["url"] == "https://api.anthropic.com/v1/messages"


def test_the_target_of_reverse_mode_is_a_provider_whoever_it_is(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Provider(None) as local:
        proxy = start(arguments=["--mode", f"reverse:http://127.0.0.1:{local.port}"], provider_port=local.port)
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"{proxy.url}/gateway")
        local.script(Reply.json(message_json("local")))
        assert sdk.ask()[0] == "local"
    (turn,) = turns(proxy.archive)
    assert turn.payload["http"]["url"] == f"http://127.0.0.1:{local.port}/gateway/v1/messages"


def test_upstream_mode(start: Any, tmp_path: Path, provider: Provider, authority: Authority, python: str) -> None:
    outer = Proxy(tmp_path / "outer", python, provider.port, authority.certificate)
    with outer:
        inner = start(arguments=["--mode", f"upstream:{outer.url}"], provider_ca=outer.ca)
        provider.script(Reply.stream(TEXTS))
        _, received = sdk.ask_streaming()
        modes = [turns(proxy.archive)[0].payload["capture"]["mode"] for proxy in (inner, outer)]
    assert received == b"".join(EVENTS)
    assert modes == ["upstream", "forward"]


def test_a_stranger_gets_an_untouched_tunnel(start: Any, provider: Provider, authority: Authority) -> None:
    """The client sees the stranger's own certificate: nobody looked inside."""
    proxy = start()
    provider.script(Reply.json(message_json("private")))
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    with httpx.Client(proxy=proxy.url, verify=trust, trust_env=False) as browser:
        answer = browser.post("https://plain.example/v1/messages", json=sdk.QUESTION)
    assert answer.content == message_json("private")
    proxy.stop()
    assert turns(proxy.archive) == []
    assert proxy.report()["requests"] == 1


def test_a_host_that_the_user_names_is_captured(
    start: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = start(options={"deck_hosts": ["plain.example"], "deck_tag": ["one", "two"]})
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://plain.example/anthropic")
    provider.script(Reply.json(message_json("gateway")))
    assert sdk.ask()[0] == "gateway"
    (turn,) = turns(proxy.archive)
    assert turn.payload["http"]["url"] == "https://plain.example/anthropic/v1/messages"
    assert turn.payload["tags"] == ["one", "two"]


def test_plain_http_of_strangers_streams_both_ways(start: Any) -> None:
    with Provider(None) as plain:
        proxy = start(provider_port=plain.port)
        pieces = [b"a" * 10, b"b" * 20, b"c" * 30]
        plain.script(Reply(pieces, paced=True, headers=[("content-type", "application/octet-stream")]))
        plain.let()
        received = []
        with (
            httpx.Client(proxy=proxy.url, trust_env=False) as browser,
            browser.stream("POST", "http://plain.example/v1/messages", content=b"x" * 1000) as answer,
        ):
            for piece in answer.iter_raw():
                received.append(piece)
                plain.let()
        assert received == pieces
        assert plain.seen[0].body == b"x" * 1000
        proxy.stop()
        assert turns(proxy.archive) == []


def test_a_client_without_the_ca_is_told_what_is_missing(start: Any, provider: Provider) -> None:
    proxy = start()
    with httpx.Client(proxy=proxy.url, trust_env=False) as browser:
        for _ in range(2):
            with pytest.raises(httpx.ConnectError):
                browser.get("https://api.anthropic.com/")
    until(lambda: proxy.report()["tls_failures"].get("api.anthropic.com") == 2)
    assert proxy.log().count("SSL_CERT_FILE") == 1
    assert "NODE_EXTRA_CA_CERTS" in proxy.log()


def test_websockets_and_their_data_pass(start: Any) -> None:
    """A request to switch protocols is no model call yet; what follows it passes."""
    with Provider(None) as plain:
        proxy = start(provider_port=plain.port)
        plain.script(Reply([], status=426, headers=[("content-type", "text/plain")], framing="length"))
        with httpx.Client(proxy=proxy.url, trust_env=False) as browser:
            answer = browser.get(
                "http://api.openai.com/v1/responses",
                headers={"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"},
            )
        assert answer.status_code == 426
        proxy.stop()
        assert proxy.report()["skipped"] == 1


def importer(tmp_path: Path, python: str, file: Path) -> Proxy:
    return Proxy(tmp_path / "import", python, arguments=["-n", "-r", str(file)])


def test_a_har_file_is_imported_once(tmp_path: Path, python: str) -> None:
    file = tmp_path / "session.har"
    file.write_text(json.dumps(har([("https://api.anthropic.com/v1/messages", message_json("one"))])))
    for expected in ({"turns": 1, "known": 0}, {"turns": 0, "known": 1}):
        done = importer(tmp_path, python, file).run()
        assert done.returncode == 0, done.stderr
        report = json.loads((tmp_path / "import" / "report.json").read_text())
        assert {name: report[name] for name in expected} == expected
    (turn,) = turns(tmp_path / "import" / "archive")
    assert turn.response == message_json("one")
    assert json.loads(turn.request) == sdk.QUESTION
    assert turn.payload["capture"]["mode"] == "import"


def test_an_import_keeps_model_calls_of_providers_only(tmp_path: Path, python: str) -> None:
    file = tmp_path / "session.har"
    calls = [
        ("https://api.anthropic.com/v1/messages", message_json("one")),
        ("https://api.anthropic.com/api/event_logging/batch", b"{}"),
        ("https://plain.example/v1/messages", message_json("other")),
    ]
    file.write_text(json.dumps(har(calls)))
    assert importer(tmp_path, python, file).run().returncode == 0
    report = json.loads((tmp_path / "import" / "report.json").read_text())
    assert (report["turns"], report["skipped"], report["requests"]) == (1, 1, 3)


def har(calls: list[tuple[str, bytes]]) -> dict[str, Any]:
    """A HAR document of such POSTs."""
    headers = [{"name": "content-type", "value": "application/json"}]
    entries = [
        {
            "startedDateTime": f"2026-01-01T00:00:{number:02}.000Z",
            "time": 1500,
            "request": {
                "method": "POST",
                "url": url,
                "httpVersion": "HTTP/1.1",
                "headers": headers,
                "postData": {"mimeType": "application/json", "text": json.dumps(sdk.QUESTION)},
            },
            "response": {
                "status": 200,
                "httpVersion": "HTTP/1.1",
                "headers": headers,
                "content": {"mimeType": "application/json", "text": body.decode()},
            },
        }
        for number, (url, body) in enumerate(calls)
    ]
    return {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}}
