"""Which addresses a ``NO_PROXY`` list bypasses, read as generously as any client reads it.

Clients differ (curl, Go, requests, undici); for deck the question is whether *some* client would go around the proxy,
so an entry matches a host, every name below it, an address, a CIDR range, and with a port only that port.
"""

import ipaddress
from collections.abc import Iterable

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def split(text: str) -> tuple[str, ...]:
    """The entries of a list: separated by commas or blanks."""
    return tuple(text.replace(",", " ").split())


def merged(*lists: Iterable[str]) -> tuple[str, ...]:
    """All entries once, in order."""
    return tuple(dict.fromkeys(entry for entries in lists for entry in entries))


def is_loopback(host: str) -> bool:
    """Whether clients reach ``host`` without leaving the machine."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def matching(entries: Iterable[str], host: str, port: int) -> tuple[str, ...]:
    """The entries that bypass the proxy for ``host:port``."""
    return tuple(entry for entry in entries if _matches(entry, host.rstrip(".").lower(), port))


def _matches(entry: str, host: str, port: int) -> bool:
    entry = entry.lower()
    if entry == "*":
        return True
    name, _, wanted_port = entry.rpartition(":")
    if wanted_port.isdigit() and (entry.count(":") == 1 or name.endswith("]")):  # else the colons are IPv6's own
        if int(wanted_port) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        domain = entry.lstrip(".")
        return bool(domain) and (host == domain or host.endswith("." + domain))
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
