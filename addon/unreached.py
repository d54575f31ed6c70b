"""Model servers that cannot be connected.

In front of one server (reverse mode) mitmproxy connects to it before it reads the request, so there is no exchange to
record where that fails; the user is told by the count.
"""

from mitmproxy.proxy import mode_specs
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from store.providers import Providers

_MOST = 100  # hosts: agents choose them


def note(data: ServerConnectionHookData, providers: Providers, failures: dict[str, int]) -> bool:
    """Count a failed connection to a model server in ``failures``, by ``host:port``; false for any other server."""
    address = data.server.address
    if address is None:
        return False
    is_reverse = isinstance(data.client.proxy_mode, mode_specs.ReverseMode)
    name = f"{address[0]}:{address[1]}"
    if not (is_reverse or providers.is_provider(address[0], address[1])):
        return False
    if name not in failures and len(failures) >= _MOST:
        return False
    failures[name] = failures.get(name, 0) + 1
    return True
