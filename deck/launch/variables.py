"""What the agent's environment becomes, and what the user's own proxy variables say (wire.md §1 of the design)."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from deck.diagnostics import USAGE, Problem
from deck.launch.roots import CA_VARIABLES

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
_UPSTREAM_ORDER = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_MORE_PROXIES = ("ALL_PROXY", "all_proxy", "WSS_PROXY", "wss_proxy", "WS_PROXY", "ws_proxy")
_SOCKS = ("SOCKS_PROXY", "socks_proxy")
PROXY_USER = "deck"
_RUN = "DECK_RUN"
SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True)
class Upstream:
    """A proxy that the user had before us. ``credentials`` is ``user:password`` or empty, and secret."""

    address: str  # scheme://host:port
    credentials: str


class Outer(NamedTuple):
    """A `deck run` that another one runs in: the port of its proxy, and its fail policy."""

    port: int
    fail: str


def proxy_address(port: int, password: str = "") -> str:
    """The proxy's address as clients write it, with the password (of letters that need no quoting) that it asks for."""
    return f"http://{PROXY_USER}:{password}@127.0.0.1:{port}" if password else f"http://127.0.0.1:{port}"


def for_agent(
    port: int, bundle: Path, no_proxy: Iterable[str], environ: Mapping[str, str], password: str = ""
) -> dict[str, str]:
    """The variables that lead every known client through the proxy on ``port`` and let it trust its CA.

    ``environ`` is the user's: of the variables that some clients prefer, those that are set there are set anew, or
    emptied where only a SOCKS proxy can stand in them.
    """
    address, bypass = proxy_address(port, password), ",".join(no_proxy)
    preferred = (name for name in _MORE_PROXIES if environ.get(name))
    return {
        **dict.fromkeys(PROXY_VARIABLES, address),
        **dict.fromkeys(preferred, address),
        **dict.fromkeys((name for name in _SOCKS if environ.get(name)), ""),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), bypass),
        **dict.fromkeys(CA_VARIABLES, str(bundle)),
    }


def of_run(outer: Outer, archive: Path) -> dict[str, str]:
    """The variable that tells a `deck run` inside of this one that it is recorded already, how and where."""
    return {_RUN: f"{outer.port}:{outer.fail}:{archive.resolve()}"}


def surrounding(environ: Mapping[str, str], archive: Path) -> Outer | None:
    """The `deck run` through whose proxy these variables lead, if it records into ``archive`` too."""
    port, _, rest = environ.get(_RUN, "").partition(":")
    fail, _, recorded = rest.partition(":")
    leads_there = all(environ.get(name, "").endswith(f"127.0.0.1:{port}") for name in PROXY_VARIABLES)
    return Outer(int(port), fail) if port.isdecimal() and leads_there and recorded == str(archive.resolve()) else None


def users_no_proxy(environ: Mapping[str, str]) -> str:
    """The user's own ``NO_PROXY``, of either case."""
    return ",".join(value for name in ("no_proxy", "NO_PROXY") if (value := environ.get(name, "")))


def upstream(environ: Mapping[str, str], own_ports: Iterable[int] = ()) -> Upstream | None:
    """The proxy that the user had, unless it is one on ``own_ports`` of this machine (then it is us).

    Raises `Problem` for one that mitmproxy cannot go through: going around it instead would be no favour.
    """
    name = next((name for name in _UPSTREAM_ORDER if environ.get(name)), "")
    if not name:
        return None
    value = environ[name] if "//" in environ[name] else "http://" + environ[name]
    try:
        url = urlsplit(value)
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        raise Problem(f"{name} names no proxy address that can be read.", code=USAGE) from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Problem(
            f"{name} names a {url.scheme} proxy, and mitmproxy can only go on through http and https ones.",
            f"Unset it for this command: env -u {name} deck …",
            USAGE,
        )
    if url.hostname in ("127.0.0.1", "localhost") and port in set(own_ports):
        return None
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    credentials = f"{unquote(url.username)}:{unquote(url.password or '')}" if url.username else ""
    return Upstream(f"{url.scheme}://{host}:{port}", credentials)


def exports(variables: Mapping[str, str], shell: str) -> str:
    """The variables as commands of a shell, one a line."""
    if shell not in SHELLS:
        raise Problem(f"there are no exports for the shell {shell!r}", f"Known: {', '.join(SHELLS)}.", USAGE)
    if shell == "fish":
        return "\n".join(f"set -gx {name} {_fish(value)};" for name, value in variables.items())
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
