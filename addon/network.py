"""What keeps the proxy to itself: where it listens, whether it checks servers, and who may use it.

A second addon beside the recorder, and before it, so that a flow says whether its server was checked when the recorder
takes its head. It changes no traffic; that a request lacks the proxy's password (mitmproxy's ``proxyauth``) is only
counted here.
"""

import logging

from mitmproxy import ctx, exceptions, http

from addon import listening, settings, traffic
from addon.report import Counts

_log = logging.getLogger("deck")


class Network:
    """The addon; ``counts`` are the recorder's."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._is_running = False
        self._told: list[str] = []

    def configure(self, updated: set[str]) -> None:
        """Refuse to stop checking servers while recording; what is set at the start `settings.read` judges."""
        if self._is_running and "ssl_insecure" in updated and ctx.options.ssl_insecure:
            if not ctx.options.deck_unverified:
                raise exceptions.OptionsError(f"deck: {settings.UNVERIFIED}")  # type: ignore[no-untyped-call]
            self._warn_of_unverified()

    def running(self) -> None:
        """The proxy listens."""
        self._is_running = True
        listening.watch(self._listening)
        self._listening()
        if ctx.options.ssl_insecure and ctx.options.deck_unverified:
            self._warn_of_unverified()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A tunnel is asked for, perhaps without the password."""
        self._count_stranger(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request begins: perhaps without the password, perhaps to a server that is not checked."""
        self._count_stranger(flow)
        if flow.live and ctx.options.ssl_insecure and flow.request.scheme == "https":
            flow.metadata[traffic.UNVERIFIED] = True

    def _count_stranger(self, flow: http.HTTPFlow) -> None:
        if ctx.options.proxyauth and flow.response is not None and "proxyauth" not in flow.metadata:
            self._counts.strangers += 1

    def _listening(self) -> None:
        exposed = listening.exposed()
        if exposed and exposed != self._told:
            _log.warning(
                "deck: the proxy listens on %s, so other machines can use it and fill the archive. Start it without "
                "--listen-host, or ask for a password: --set proxyauth=NAME:PASSWORD",
                ", ".join(exposed),
            )
        self._told = exposed

    def _warn_of_unverified(self) -> None:
        _log.warning("deck: certificates of servers are not checked (ssl_insecure); every turn says so")
