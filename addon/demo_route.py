"""Sends the provider's name to a server on loopback, for `deck demo` only: a mitmproxy script beside capture.py.

Only the address changes. The client asks for the provider's real name, and the proxy checks the server's certificate
against that name, so everything but the distance is as in real use.
"""

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

_NAME = "api.anthropic.com"


class _Route:
    def load(self, loader: Loader) -> None:
        loader.add_option("deck_demo_port", int, 0, "Port of the demo's provider on 127.0.0.1.")

    def server_connect(self, data: ServerConnectionHookData) -> None:
        if data.server.address is None:
            return
        if data.server.address[0] == _NAME:
            data.server.address = ("127.0.0.1", ctx.options.deck_demo_port)
        else:
            data.server.error = "the demo reaches no other host"


addons = [_Route()]
