"""What end-to-end tests share: a provider, a proxy in front of it, and the official SDK as the client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from provider import Authority, Provider
from proxy import PYTHONS, Proxy

Start = Callable[..., Proxy]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA that vouches for the scripted providers."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def provider(authority: Authority) -> Iterator[Provider]:
    """A provider that answers under the real host names."""
    with Provider(authority) as serving:
        yield serving


@pytest.fixture(params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter that mitmdump runs under."""
    return str(request.param)


@pytest.fixture
def start(
    tmp_path: Path, authority: Authority, provider: Provider, python: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Start a proxy in front of the provider and point this process's clients at it."""
    running: list[Proxy] = []

    def begin(**options: Any) -> Proxy:
        fields: dict[str, Any] = {
            "folder": tmp_path / "proxy",
            "python": python,
            "provider_port": provider.port,
            "provider_ca": authority.certificate,
        }
        proxy = Proxy(**(fields | options)).start()
        running.append(proxy)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.ca))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        return proxy

    yield begin
    for proxy in running:
        proxy.stop()
