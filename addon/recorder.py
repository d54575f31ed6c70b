"""mitmproxy's hooks, each handed on in a line or two.

Two rules hold throughout. A hook that fails costs the exchange, never the traffic: a `Guard` turns the failure into a
gap record and lets the body stream on untouched. And a body is never held back, except a fixed-length response up to
`BUFFER_LIMIT`, which mitmproxy sends only after the `response` hook, so that it can be committed before.
"""

import asyncio
import contextlib
import logging
from functools import partial

from mitmproxy import addonmanager, ctx, http, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from addon import admission, distrust, imported, listening, policy, settings, settling, traffic, unreached
from addon.collector import leave_out_what_stays
from addon.guard import Guard
from addon.inflight import REQUEST_LAG, InFlight
from addon.lagging import Lagging
from addon.report import Counts, Report
from addon.routes import Route, Routes
from addon.settings import Settings, SettingsError
from addon.tee import Tee
from addon.websocket import Sockets
from addon.writer import Writer
from store import providers
from store.book import Fate
from store.errors import StoreError
from store.exchange import Exchange, Outcome

DRAIN = 5.0
_log = logging.getLogger("deck")


class Capture:
    """The addon: one archive, the exchanges in flight, and the options in force."""

    def __init__(self, counts: Counts) -> None:
        self._settings: Settings | None = None
        self._is_refused = False  # what was set cannot be taken: nothing of it is used, no other archive either
        self._providers = providers.load()
        self._routes = Routes(self._providers)
        self._writer: Writer | None = None
        self._counts = counts
        self._flights: dict[str, InFlight] = {}
        self._lagging = Lagging(self._catch_up)
        self._sockets = Sockets()

    def load(self, loader: addonmanager.Loader) -> None:
        """Declare the options; listen on loopback where the user did not say otherwise (mitmproxy: everywhere)."""
        settings.declare(loader)
        listening.prefer_loopback()
        self._is_refused = not settings.take(ctx.options)

    def configure(self, updated: set[str]) -> None:
        """Read the options; at the first time open the archive, which never changes afterwards.

        What makes no sense is logged as an error: mitmdump then stops while it starts, and goes on once it runs.
        """
        is_ours = self._writer is None or any(name.startswith("deck_") for name in updated)
        if self._is_refused or not is_ours:
            return
        try:
            chosen = self._settings = settings.read(ctx.options)
            self._providers = providers.load(chosen.archive, chosen.hosts)
            self._routes = Routes(self._providers)
            if self._writer is None:
                writer = Writer(chosen.archive, Report(chosen.report, self._counts), run=chosen.run)
                writer.start()
                self._writer = writer
        except (SettingsError, StoreError) as error:
            _log.error("deck: %s", error)

    def running(self) -> None:
        """The proxy listens: say where, unless it is to stop at once."""
        if not settings.complain_of_unknown(ctx.options):
            listening.keep_to_loopback()
            listening.watch(self._listening)
            self._listening()
            leave_out_what_stays()

    def done(self) -> None:
        """The proxy stops, or the script is reloaded: what is in flight ends here. Idempotent."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        for flight in (*self._flights.values(), *self._sockets.close()):
            with contextlib.suppress(Exception):  # what fails of one exchange must not cost the others
                flight.end(Outcome.INTERRUPTED, "the recorder was stopped")
            settling.without_waiting(writer, flight)
        self._flights.clear()
        writer.stop(DRAIN)

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A tunnel is asked for: something reached the proxy."""
        self._counts.requests += 1
        self._touch()

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Tunnels to anybody but a provider stay closed to us."""
        try:
            data.ignore_connection = policy.is_stranger(data, self._providers)
        except Exception as error:  # noqa: BLE001  a tunnel harms nobody
            data.ignore_connection = True
            self._lost(None, error)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A client that does not trust the proxy's CA."""
        if distrust.note(data, self._providers, self._counts.tls_failures):
            self._touch()
            self._tell()

    def server_connect_error(self, data: ServerConnectionHookData) -> None:
        """A server cannot be connected."""
        if unreached.note(data, self._providers, self._counts.unreached):
            self._touch()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Decide whether this request is kept, and let its body stream."""
        if not flow.live or flow.response is not None:  # from a file, or answered by another addon
            return
        with Guard(self._fail, flow):
            self._counts.requests += 1
            route = self._routes.of(flow)
            if route.is_model_call:
                self._begin(flow, route)
            else:
                flow.request.stream = True
                if route.is_ours:
                    self._counts.skipped += 1
                    admission.see(flow, self._writer, policy.why_skipped(flow, self._providers))
            self._touch()

    def request(self, flow: http.HTTPFlow) -> None:
        """The request is complete. It is spooled a little later, while the provider works on it."""
        flight = self._flights.get(flow.id)
        if flight is not None:
            with Guard(self._fail, flow):
                flight.request_end()
                self._catch_up_soon(flow, flight)

    def _catch_up_soon(self, flow: http.HTTPFlow, flight: InFlight) -> None:
        asyncio.get_running_loop().call_later(REQUEST_LAG, self._catch_up, flow, flight)

    def _catch_up(self, flow: http.HTTPFlow, flight: InFlight) -> None:
        with Guard(self._fail, flow):
            flight.catch_up()

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Decide whether the response streams (nearly all do), and through what."""
        response = flow.response
        if response is None or not flow.live:
            return
        with Guard(self._fail, flow):
            flight = self._flights.get(flow.id)
            if flight is None:
                response.stream = True
                return
            headers = traffic.response_headers(flow)
            length = traffic.fixed_length(headers)
            is_buffered = length is not None and length <= traffic.BUFFER_LIMIT
            if not is_buffered:
                response.stream = Tee(flight.response_data, partial(self._fail, flow))
            flight.response_head(response.status_code, headers, None if is_buffered else length)

    async def response(self, flow: http.HTTPFlow) -> None:
        """The response is complete; its end is sent when this returns."""
        with Guard(self._fail, flow):
            flight = self._flights.get(flow.id)
            if flight is not None:
                response = flow.response
                if response is not None and not response.stream and response.raw_content:
                    flight.response_data(response.raw_content)
                await self._finish(flow, flight, Outcome.COMPLETE, "")
            elif not flow.live and flow.error is None and flow.websocket is None:
                await self._import(flow)

    async def error(self, flow: http.HTTPFlow) -> None:
        """The exchange was cut; a client that is still there hears of it when this returns."""
        with Guard(self._fail, flow):
            flight = self._flights.get(flow.id)
            if flight is not None:
                await self._finish(flow, flight, *traffic.ending(flow))
            elif not flow.live:
                await self._import(flow)

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """A WebSocket is open: one on which model calls may pass is watched, others are only counted."""
        with Guard(self._fail, flow):
            chosen = self._settings
            if chosen is None or not flow.live or not policy.is_ours(flow, self._providers):
                return
            self._counts.websockets += 1
            self._touch()
            if policy.is_model_socket(flow, self._providers) and (self._writer is not None or chosen.is_closed):
                head = traffic.request_head(flow, traffic.mode(flow), traffic.url(flow), chosen.run, chosen.tags)
                self._sockets.start(flow, head, partial(self._begin_on_socket, flow))

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """A message, passed on when this returns: at once, except the one that ends a response."""
        with Guard(self._fail, flow):
            ended = self._sockets.message(flow) if flow.live else None
            if ended is not None:
                await self._finish(flow, ended, Outcome.COMPLETE, "")

    async def websocket_end(self, flow: http.HTTPFlow) -> None:
        """The socket is gone, and with it what had not ended."""
        with Guard(self._fail, flow):
            if not flow.live:
                await self._import(flow)
            for flight, outcome in self._sockets.end(flow):
                await self._finish(flow, flight, outcome, "the WebSocket was closed")

    def _begin(self, flow: http.HTTPFlow, route: Route) -> None:
        chosen = self._settings
        if chosen is None or (self._writer is None and not chosen.is_closed):  # its error stands in the log
            flow.request.stream = True
            return
        number = admission.see(flow, self._writer, Fate.OPEN)
        flight = self._admit(traffic.request_head(flow, route.mode, route.url, chosen.run, chosen.tags), number)
        if isinstance(flight, str):
            flow.response = policy.refusal(flight)
            return
        self._flights[flow.id] = flight
        flight.on_lag = partial(self._lagging.add, flow, flight)
        flow.request.stream = Tee(flight.request_data, partial(self._fail, flow))

    def _begin_on_socket(self, flow: http.HTTPFlow, head: Exchange) -> InFlight | str:
        flight = self._admit(head, admission.see_message(head, self._writer))
        if isinstance(flight, InFlight):
            self._catch_up_soon(flow, flight)
        return flight

    def _admit(self, head: Exchange, number: int) -> InFlight | str:
        is_closed = self._settings is not None and self._settings.is_closed
        return admission.admit(self._writer, head, number, is_closed, self._counts)

    async def _finish(self, flow: http.HTTPFlow, flight: InFlight, outcome: Outcome, error: str) -> None:
        flight.end(outcome, error)
        self._flights.pop(flow.id, None)
        if self._writer is None:
            return
        if outcome is Outcome.CLIENT_ABORTED:
            settling.without_waiting(self._writer, flight)
        elif not await settling.soon(self._writer, flight):
            self._counts.late += 1
            self._touch()

    async def _import(self, flow: http.HTTPFlow) -> None:
        """Record a flow from a file."""
        chosen = self._settings
        if chosen is None or self._writer is None:
            return
        found = imported.exchanges(flow, self._providers, chosen.run, chosen.tags)
        self._counts.requests += max(1, len(found))
        if not found:
            self._counts.skipped += policy.is_ours(flow, self._providers)
            self._touch()
        for exchange in found:
            await settling.surely(self._writer, exchange)

    def _fail(self, flow: http.HTTPFlow, error: Exception) -> None:
        """Give an exchange up and let what is left of it stream on untouched."""
        flight = self._flights.pop(flow.id, None)
        for each in self._sockets.abandon(flow):
            self._lost(each.head, error, each.number)
        if flow.response is None:
            flow.request.stream = flow.request.stream or True
        elif flow.live:
            flow.response.stream = flow.response.stream or True
        number = admission.number_of(flow, self._writer)
        self._lost(flight.head if flight else None, error, number)
        if flight is not None:
            flight.abandon()

    def _lost(self, head: Exchange | None, error: Exception, number: int = 0) -> None:
        if self._writer is not None:
            self._writer.lost("capture-failed", head, type(error).__name__, number)

    def _listening(self) -> None:
        self._counts.ports = listening.ports()
        self._touch()
        self._tell()

    def _tell(self) -> None:
        if self._writer is not None:
            self._writer.tell(distrust.status(self._counts.ports, self._counts.tls_failures))

    def _touch(self) -> None:
        if self._writer is not None:
            self._writer.touch()
