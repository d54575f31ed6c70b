"""Clients that refuse the proxy's certificate: the user needs to know which variable is missing, now or later."""

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

from mitmproxy import ctx, tls, version

from addon import listening
from store.providers import Providers

_log = logging.getLogger("deck")


def note(data: tls.TlsData, providers: Providers, failures: dict[str, int]) -> bool:
    """Count a failed handshake for a provider in ``failures``, by host, and log the first of each; false for others."""
    address = data.context.server.address
    host = data.conn.sni or (address[0] if address else "")
    if not providers.is_provider(host, address[1] if address else 443):
        return False
    if host not in failures:
        _log.warning(
            "deck: a client refused the proxy's certificate for %s. Point NODE_EXTRA_CA_CERTS (Node) or "
            "SSL_CERT_FILE (Python, Codex, curl) at the proxy's CA, or start it with: deck run -- CMD",
            host,
        )
    failures[host] = failures.get(host, 0) + 1
    return True


def status(ports: Sequence[int], failures: dict[str, int]) -> dict[str, object]:
    """What `deck doctor` needs to know of this process (`store.status`): how it runs, and who refused its CA."""
    options = ctx.options
    told: dict[str, object] = {
        "pid": os.getpid(),
        "port": next(iter(ports), 0),
        "ports": list(ports),
        "exposed": listening.exposed(),
        "mitmproxy": version.VERSION,
        "confdir": str(Path(options.confdir).expanduser().absolute()),
        "fail": options.deck_fail,
        "unverified": options.ssl_insecure,
    }
    return told | ({"refused_ca": dict(failures), "refused_ms": int(time.time() * 1000)} if failures else {})
