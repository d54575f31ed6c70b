"""What this shell's variables do to its programs: do they reach a recorder, and do they trust it?

A shell that names no proxy is in order: `deck run` sets what its agent needs. One that names a recorder is looked at
variable by variable, for each client.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from deck.doctor.clients import CLIENTS, REPLACING, Client
from deck.doctor.finding import Finding, mend, note, ok
from deck.launch import by_hand, gateways, noproxy, ports, roots, tally
from deck.launch.roots import CA_CERTIFICATE
from deck.recorders import Running

_FEW_ROOTS = 20


def check(
    environ: Mapping[str, str], home: Path, cwd: Path, alive: Sequence[Running], ca_folder: Path, hosts: Sequence[str]
) -> Iterator[Finding]:
    """Findings about a shell with these variables.

    ``ca_folder`` holds the CA of recorders that do not name theirs, ``hosts`` (``name`` or ``name:port``) are the
    providers'.
    """
    for name in ("HTTPS_PROXY", "https_proxy"):
        if environ.get(name):
            port = _local_port(environ[name])
            if port is None:
                yield note(
                    "shell", f"{name} names a proxy of your own", "`deck run` and `deck proxy` go on through it."
                )
                yield from _kept_from_proxy(environ, hosts)  # what that proxy may not reach, `deck run` leaves past it
                return
            break
    else:
        yield from _without_proxy(environ, alive)
        return
    recorder = next((each for each in alive if port in each.ports), None)
    then = _env(port)
    if recorder is None and not ports.is_listening(port):
        yield mend("shell", f"{name} names port {port}, where nobody listens", f"Start one: deck proxy --port {port}")
    elif recorder is None:
        yield note("shell", f"{name} names port {port}, which no recorder of this archive has")
    else:
        yield ok("shell", f"{name} leads to the recorder on port {port}")
    yield from _around(environ, home, cwd, hosts)
    certificate = (recorder.confdir if recorder else ca_folder) / CA_CERTIFICATE
    if certificate.parent != ca_folder:
        then = f"This proxy has a CA of its own: point them at a file of the usual roots and {certificate}."
    wrong = {name: _wrong_with(environ.get(name, ""), name, certificate) for each in CLIENTS for name in each.ca}
    for client in CLIENTS:
        yield _trust(client, wrong, then)
    for name, why in wrong.items():
        if why == _NO_ROOTS:
            yield mend("shell", f"{name} names a file that {why}, and takes the place of them", then)


def _env(port: int) -> str:
    """How to set all variables for a recorder on a port."""
    env = by_hand.command("env", port, None)
    return f'Set them all: eval "$({env})", in fish: {env} | source; or use `deck run -- COMMAND`.'


def _without_proxy(environ: Mapping[str, str], alive: Sequence[Running]) -> Iterator[Finding]:
    only = next((name for name in ("ALL_PROXY", "all_proxy") if environ.get(name)), "")
    if only and _local_port(environ[only]) is not None:
        message = f"{only} alone names a proxy, and agents (Claude Code among them) ignore it"
        yield mend("shell", message, "Set HTTPS_PROXY too: " + _env(ports.DEFAULT))
    elif alive:
        then = _env(next(iter(alive[0].ports), ports.DEFAULT))
        yield note("shell", "HTTPS_PROXY is not set: programs of this shell go past the proxy", then)
    else:
        yield ok("shell", "it names no proxy; `deck run` sets what its agent needs")


def _around(environ: Mapping[str, str], home: Path, cwd: Path, hosts: Sequence[str]) -> Iterator[Finding]:
    """What leads a program past the proxy that HTTPS_PROXY names."""
    yield from _kept_from_proxy(environ, hosts)
    listed = noproxy.merged(*(noproxy.split(environ.get(name, "")) for name in ("NO_PROXY", "no_proxy")))
    for named in (*gateways.in_variables(environ), *gateways.in_settings(home, cwd, environ)):
        is_local = bool(named.variable) and noproxy.is_loopback(named.host)  # settings: as `deck env` leaves NO_PROXY
        if is_local or noproxy.matching(listed, named.host, named.port):
            message = f"{named.source} names {named.host}:{named.port}, which clients reach past the proxy"
            yield mend(
                "shell", message, "`deck run` puts a proxy in front of it; so does deck proxy --mode reverse:URL@PORT."
            )
    if instead := tally.override(environ, home, cwd):
        yield mend("shell", instead, "Take it out of that file.")


def _kept_from_proxy(environ: Mapping[str, str], hosts: Sequence[str]) -> Iterator[Finding]:
    """Entries of NO_PROXY that cover a provider."""
    for name in ("NO_PROXY", "no_proxy"):
        for entry, (host, *_) in gateways.covering(noproxy.split(environ.get(name, "")), hosts):
            yield mend("shell", f"{name} keeps {host} from the proxy: “{entry}”", f"Take “{entry}” out of {name}.")


def _trust(client: Client, wrong: Mapping[str, str], then: str) -> Finding:
    """Whether a client trusts the recorder's CA: one of its variables has to be right."""
    for name in client.ca:
        if wrong[name] in ("", _NO_ROOTS):
            return ok(client.name, f"HTTPS_PROXY, and {name} for the CA")
    said = "; ".join(f"{name} {wrong[name]}" for name in client.ca)
    return mend(
        client.name, f"it would not trust the proxy: {said}. {client.symptom[0].upper()}{client.symptom[1:]}", then
    )


_NO_ROOTS = "holds none of the usual roots"


def _wrong_with(value: str, name: str, certificate: Path) -> str:
    """What is wrong with a CA variable; empty where nothing is."""
    if not value:
        return "is not set"
    try:
        held = roots.certificates(Path(value).read_bytes())
    except OSError:
        return f"names {value}, which cannot be read"
    if not held:
        return f"names {value}, which holds no certificate"
    try:
        (own, *_) = roots.certificates(certificate.read_bytes())
    except (OSError, ValueError):
        return f"cannot be judged: there is no CA in {certificate.parent}"
    if own not in held:
        return f"names {value}, which lacks the proxy's CA"
    return _NO_ROOTS if name in REPLACING and len(held) < _FEW_ROOTS else ""


def _local_port(value: str) -> int | None:
    """The port of a proxy on this machine; None for any other."""
    try:
        url = urlsplit(value if "//" in value else f"http://{value}")
        return (url.port or 80) if noproxy.is_loopback(url.hostname or "") else None
    except ValueError:
        return None
