"""Where the proxy listens: on loopback, unless the user named an address (mitmproxy's default is everywhere)."""

import ipaddress
from collections.abc import Callable

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Address
from mitmproxy.proxy.mode_servers import ServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode

LOOPBACK = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::")


def prefer_loopback() -> None:
    """Choose loopback where the user chose nothing; while scripts are loaded."""
    if not ctx.options.listen_host:
        ctx.options.listen_host = LOOPBACK


def keep_to_loopback() -> None:
    """Listen anew where mitmproxy had bound all addresses before it loaded this script.

    From Python 3.12 on (eager tasks) it binds first; before, it reads the option that `prefer_loopback` set.
    """
    server = _server()
    if server is not None and any(_is_left(each, address) for each in server.servers for address in each.listen_addrs):
        ctx.options.server = False
        ctx.options.server = True


def watch(changed: Callable[[], None]) -> None:
    """Call the bound method ``changed`` whenever the proxy listens anew; it is held weakly."""
    server = _server()
    if server is not None:
        server.servers.changed.connect(changed)


def ports() -> tuple[int, ...]:
    """The ports that are listened on."""
    return tuple(dict.fromkeys(int(number) for _, number in _addresses()))


def exposed() -> list[str]:
    """The addresses, ``host:port``, that other machines can reach."""
    return [f"{host}:{number}" for host, number in _addresses() if not is_loopback(host)]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``, an address that is listened on."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _addresses() -> list[tuple[str, int]]:
    server = _server()
    bound = [] if server is None else [(each, address) for each in server.servers for address in each.listen_addrs]
    return [(address[0], address[1]) for each, address in bound if not _is_left(each, address)]


def _is_left(server: ServerInstance[ProxyMode], address: Address) -> bool:
    """Whether an address was bound before anybody could choose, so that it is soon listened on no more."""
    return address[0] in _EVERYWHERE and server.mode.listen_host(ctx.options.listen_host) == LOOPBACK


def _server() -> Proxyserver | None:
    server: Proxyserver | None = ctx.master.addons.get("proxyserver")  # type: ignore[no-untyped-call]
    return server
