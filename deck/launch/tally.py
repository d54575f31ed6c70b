"""What the proxies of a run reported, the one line at its end, and the likely cause where nothing was captured.

Each proxy process writes its own report (``deck_report`` of the addon, JSON); a run with restarts has several, and
they add up. A report of a proxy that was killed may be 100 ms old.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deck.launch.gateways import claude_environment, claude_settings
from deck.launch.roots import CA_VARIABLES
from deck.launch.variables import PROXY_VARIABLES
from deck.render import plural


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the reports of a run; ``last`` is the hex id of its newest turn, or empty."""

    ports: tuple[int, ...] = ()  # that the proxy of this report listens on; of a sum, none

    turns: int = 0
    known: int = 0  # recorded before, found again
    skipped: int = 0  # requests to captured hosts that were no model calls
    gaps: int = 0  # exchanges that could not be kept
    strangers: int = 0  # requests without the run's password, which were refused
    requests: int = 0  # everything that reached the proxy; a tunnel and what is in it both count
    last: str = ""
    distrust: Mapping[str, int] = field(default_factory=dict)  # host -> TLS handshakes the client broke off
    unreached: Mapping[str, int] = field(default_factory=dict)  # host:port of a model server -> failed connections


def read_report(path: Path) -> Tally | None:
    """One proxy's report, or None where there is none yet."""
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return Tally(
        ports=tuple(report.get("ports", ())),
        turns=report["turns"],
        known=report.get("known", 0),
        skipped=report["skipped"],
        gaps=report["gaps"],
        strangers=report.get("strangers", 0),
        requests=report["requests"],
        last=report["last"],
        distrust=report["tls_failures"],
        unreached=report.get("unreached", {}),
    )


def total(reports: Iterable[Tally]) -> Tally:
    """The reports added up, given in order of time."""
    all_reports = list(reports)
    distrust: Counter[str] = Counter()
    unreached: Counter[str] = Counter()
    for report in all_reports:
        distrust.update(report.distrust)
        unreached.update(report.unreached)
    return Tally(
        turns=sum(report.turns for report in all_reports),
        known=sum(report.known for report in all_reports),
        skipped=sum(report.skipped for report in all_reports),
        gaps=sum(report.gaps for report in all_reports),
        strangers=sum(report.strangers for report in all_reports),
        requests=sum(report.requests for report in all_reports),
        last=next((report.last for report in reversed(all_reports) if report.last), ""),
        distrust=distrust,
        unreached=unreached,
    )


def closing_line(tally: Tally, short_id: str, archive_option: str) -> str:
    """The line for a run that has turns; ``archive_option`` is what `deck` needs to find the archive again.

    It ends with a command to paste into a shell, so the option comes quoted.
    """
    counts = f"{plural(tally.turns, 'turn')}, {tally.skipped:,} skipped, {plural(tally.gaps, 'gap')}"
    if tally.strangers:
        counts += f", {tally.strangers:,} refused for want of the password"
    return f"{counts} · {short_id} · deck {archive_option}{short_id}"


def likely_cause(tally: Tally, environ: Mapping[str, str], home: Path, cwd: Path, bypassed: Iterable[str]) -> str:
    """One sentence on why a run recorded nothing, naming the variable to look at.

    ``environ`` is what the agent was given; ``bypassed`` are clauses about what the agent reaches without us.
    """
    instead = override(environ, home, cwd)
    if tally.distrust:
        host = max(tally.distrust, key=lambda name: tally.distrust[name])
        remedy = f"{instead}." if instead else "it reads none of " + ", ".join(CA_VARIABLES) + "."
        return f"the agent does not trust deck's CA (it broke off TLS to {host}): {remedy}"
    if tally.gaps:
        return f"{plural(tally.gaps, 'exchange')} could not be kept; `deck fsck` and the proxy's log say why."
    if tally.strangers:
        return f"{plural(tally.strangers, 'request')} came without the password of this run: try without --password."
    if tally.unreached:
        server, times = max(tally.unreached.items(), key=lambda each: each[1])
        return f"{plural(times, 'request')} reached the proxy, and {server} could not be connected."
    if tally.requests == 0:
        if instead:
            return f"no request reached the proxy: {instead}."
        sources = list(bypassed)
        if sources:
            return f"no request reached the proxy: {sources[0]}."
        return "no request reached the proxy: the agent asked no model, or it ignores HTTPS_PROXY."
    return (
        "the proxy was reached, but by no model call to a host that it knows: "
        "name the model's host with *_BASE_URL or --set deck_hosts=HOST."
    )


def override(environ: Mapping[str, str], home: Path, cwd: Path) -> str:
    """A setting of Claude Code that takes the place of a variable of ours: it wins over the environment."""
    folder = Path(environ.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    for path in claude_settings(folder, cwd):
        for name in claude_environment(path):
            if name in (*PROXY_VARIABLES, *CA_VARIABLES, "NO_PROXY", "no_proxy"):
                return f"{path} sets {name}, in place of the one that deck set"
    return ""
