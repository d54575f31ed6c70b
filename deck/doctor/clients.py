"""Which variables each agent reads, and how it looks where they are missing. Measured: docs/agents.md."""

from typing import NamedTuple

REPLACING = frozenset({"SSL_CERT_FILE", "CODEX_CA_CERTIFICATE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
"""CA variables that take the place of a client's own roots; NODE_EXTRA_CA_CERTS adds to them."""


class Client(NamedTuple):
    """An agent, or those of a kind. ``ca``: the CA variables that work for it, the best first."""

    name: str
    ca: tuple[str, ...]
    symptom: str  # what it says where it does not trust the CA


CLIENTS = (
    Client(
        "Claude Code", ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"), "it exits with “SSL certificate verification failed”"
    ),
    Client("Gemini CLI", ("NODE_EXTRA_CA_CERTS",), "it says “fetch failed” for 40 s"),
    Client("Codex", ("SSL_CERT_FILE", "CODEX_CA_CERTIFICATE"), "it says “Reconnecting…” for ever"),
    Client("opencode, pi", ("NODE_EXTRA_CA_CERTS",), "it says “unable to verify the first certificate”"),
    Client("Python (llm, aider, mini, SDKs)", ("SSL_CERT_FILE",), "it says “Connection error.”, aider “overloaded”"),
)
"""All of them read HTTPS_PROXY."""
