"""`deck proxy` and `deck env`, typed by hand: what the one has to tell of the other."""

import shlex
from collections.abc import Iterable

from deck.launch import ports

_FORWARD = ("regular", "upstream")
_HERE = ("", "127.0.0.1", "localhost", "0.0.0.0", "::")  # what 127.0.0.1 reaches; "" is where `deck proxy` listens


def command(name: str, port: int, archive: str | None) -> str:
    """The command of this name for a port, and for an archive where one was given, to paste into a shell."""
    told = [] if port == ports.DEFAULT else ["--port", str(port)]
    told += ["--archive", shlex.quote(archive)] if archive else []
    return " ".join(["deck", name, *told])


def clients(modes: Iterable[str], port: int, archive: str | None) -> str:
    """What clients of a proxy on ``port`` use, by its modes of mitmproxy: ``MODE[:DATA][@[HOST:]PORT]``, none: forward.

    `deck env` leads to forward proxies of this machine alone; a reverse proxy is the base URL of its clients, and any
    other mode has its own way, so that it is only named.
    """
    told = [_clients_of(mode, port, archive) for mode in modes] or [_clients_of("regular", port, archive)]
    return "; ".join(dict.fromkeys(told))


def passed_by(variable: str, target: str) -> str:
    """What to say of a variable with an address on this machine, ``target``, which clients ask for past any proxy."""
    how = (
        f"`deck run` records it all the same; so does `deck proxy --mode reverse:{target}@PORT` with {variable} at that"
    )
    return f"{variable} names {target}, which clients reach past the proxy: {how}"


def _clients_of(mode: str, port: int, archive: str | None) -> str:
    head, at, place = mode.rpartition("@")
    host, _, number = place.rpartition(":") if at else ("", "", str(port))
    name, _, target = (head or place).partition(":")
    if not (number.isascii() and number.isdecimal()):  # mitmdump says so in a moment, and ends
        return f"the mode {mode}"
    if name.lower() in _FORWARD and host in _HERE:
        return f'eval "$({command("env", int(number), archive)})"'
    scheme, has_scheme, _ = target.partition("://")
    if name.lower() == "reverse" and (not has_scheme or scheme in ("http", "https")):
        reached = "127.0.0.1" if host in _HERE else f"[{host}]" if ":" in host else host
        return f"http://{reached}:{number} as base URL in place of {target}"
    return f"the mode {mode}"
