"""One launch from beginning to end: archive, CA, routes, run object, proxy, agent, closing line."""

import contextlib
import os
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deck.diagnostics import USAGE, Problem, about_index, report
from deck.launch import agent, gateways, options, ports, roots, runs, tally, variables
from deck.launch.proxy import Proxy, Recording
from deck.render import safe
from store import providers
from store.archive import Archive
from store.errors import Ambiguous, StoreError
from store.locations import ca_folder
from store.mask import Masker
from store.masking import config as masking
from store.record import Recorder
from store.recover import recover

_PASSWORD_BYTES = 16
_SHORT = 7
_LONGER = 4


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run and how to record it.

    ``archive`` is made if absent; ``archive_option`` is what a later `deck` needs to find it (``--archive PATH ``,
    quoted and with the blank, or empty). ``roots`` are further CA files to trust on the way to servers, ``scripts``
    further mitmproxy scripts.
    """

    command: tuple[str, ...]
    archive: Path
    archive_option: str = ""
    tags: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    fail: str = "open"
    password: bool = False  # the proxy asks for one, which only the agent's environment has
    confdir: Path | None = None  # the user's own CA folder where None
    roots: tuple[Path, ...] = ()
    scripts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a launch ended: what the agent was given, and what the proxy has to say."""

    exit_code: int
    given: Mapping[str, str]
    bypassed: tuple[gateways.Bypass, ...]
    proxy: Proxy
    counts: tally.Tally


def run(launch: Launch, environ: Mapping[str, str] = os.environ) -> int:
    """Run the agent and record it; the agent's exit code. The closing line goes to stderr, after the agent's end.

    Inside a run that records into the same archive, the agent is run as it is: each call is recorded once. What was
    asked for and is not had then is told, or refused where it is `closed`: a promise.
    Raises `Problem` where proxy or agent cannot be started, and what opening the archive raises.
    """
    if not launch.command:
        raise Problem("there is no command to run", "For example: deck run -- claude", USAGE)
    launch = replace(launch, fail=options.check(launch.fail, launch.settings, is_run=True))
    outer = variables.surrounding(environ, launch.archive)
    if outer is not None and ports.is_listening(outer.port):
        print(f"deck: {_told_inside(launch, outer)}", file=sys.stderr)
        return agent.run(launch.command, environ, [])
    folder = Path(tempfile.mkdtemp(prefix="deck-run-"))
    ended: _Ended | None = None
    keep = False  # the log of a run that went wrong is worth keeping, and is named then
    try:
        with Archive.create(launch.archive) as archive, Recorder(archive) as recorder:
            masker = Masker(archive.key, masking.load(archive.path, archive.key, environ))
            begun = runs.start(launch.command, environ, Path.cwd(), launch.tags, launch.fail, masker)
            run_id = recorder.put_run(begun).hex()
            ended = _through_proxy(launch, environ, folder, run_id)
            keep = ended.proxy.deaths > 0
            ended = _settled(archive, recorder, run_id, ended)
            print(f"deck: {safe(_closing(launch, archive, ended))}", file=sys.stderr)
    except Problem as problem:
        keep = str(folder) in problem.hint
        raise
    except (StoreError, OSError, sqlite3.Error) as error:
        if ended is None:
            raise
        _tell(error)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return ended.exit_code


def _told_inside(launch: Launch, outer: variables.Outer) -> str:
    """What a launch says where an outer one does the recording. Raises `Problem` for a policy that it does not have."""
    if launch.fail == "closed" and outer.fail != "closed":
        raise Problem(
            "this runs inside a deck run that lets traffic pass when recording fails, so --fail closed cannot be kept",
            "Give it to the outer deck run, or record into another archive.",
            USAGE,
        )
    settings = [each for each in launch.settings if not each.startswith("deck_fail=")]  # which was looked at above
    given = {"--tag": launch.tags, "--set": settings, "--password": launch.password}
    idle = ", ".join(option for option, value in given.items() if value)
    told = "this runs inside a deck run that records into the same archive: the command runs as it is"
    return f"{told}, without {idle}" if idle else told


def _through_proxy(launch: Launch, environ: Mapping[str, str], folder: Path, run_id: str) -> _Ended:
    """Start the proxy, run the agent through it, and end both."""
    upstream = variables.upstream(environ)
    named = [*gateways.in_variables(environ), *gateways.in_settings(Path.home(), Path.cwd(), environ)]
    captured = [*providers.known_hosts(launch.archive), *_hosts_set(launch.settings)]
    users = variables.users_no_proxy(environ)
    password = secrets.token_urlsafe(_PASSWORD_BYTES) if launch.password else ""
    # A reverse proxy has no place for a password.
    routes = gateways.plan(named, users, upstream is not None, captured, may_reverse=not password)
    confdir = launch.confdir or ca_folder(environ)
    certificate = roots.ensure_ca(confdir)
    trusted = [*roots.sources(environ), *launch.roots]
    recording = Recording(
        archive=launch.archive,
        confdir=confdir,
        roots=roots.write_bundle(folder / "roots.pem", trusted),
        upstream=upstream,
        password=password,
        hosts=routes.hosts,
        reverses=routes.reverses,
        fail=launch.fail,
        tags=launch.tags,
        run=run_id,
        settings=launch.settings,
        scripts=launch.scripts,
    )
    bundle = roots.write_bundle(folder / roots.BUNDLE, [*trusted, certificate])
    proxy = Proxy(recording, folder)
    proxy.start()
    try:
        given = dict(environ) | variables.for_agent(proxy.ports[0], bundle, routes.no_proxy, environ, password)
        for reverse, port in zip(routes.reverses, proxy.ports[1:], strict=True):
            given[reverse.variable] = reverse.rewritten(port)
        given |= variables.of_run(variables.Outer(proxy.ports[0], launch.fail), launch.archive)
        for bypass in routes.bypassed:
            if bypass.is_model:
                print(f"deck: not recorded: {safe(bypass.said, newlines=False)}.", file=sys.stderr)
        exit_code = agent.run(launch.command, given, [proxy.lifeline])
    finally:
        proxy.stop()
    return _Ended(exit_code, given, routes.bypassed, proxy, proxy.tally())


def _settled(archive: Archive, recorder: Recorder, run_id: str, ended: _Ended) -> _Ended:
    """Put the end of a run on record, and count what the archive has of it. What fails is told: the agent has ended."""
    with _telling():
        recover(archive, recorder)  # what a proxy that died held, unless the next one took it in
    with _telling():
        archive.refresh()
        ended = replace(ended, counts=_as_archived(archive, run_id, ended.counts))
    with _telling():
        recorder.put_run(runs.end(run_id, ended.exit_code, ended.counts))
    return ended


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (StoreError, OSError, sqlite3.Error) as error:
        _tell(error)


def _tell(error: StoreError | OSError | sqlite3.Error) -> None:
    report(about_index(error) if isinstance(error, sqlite3.Error) else error)


def _hosts_set(settings: Iterable[str]) -> list[str]:
    """The hosts that the user names with ``--set deck_hosts=HOST``."""
    return [setting.removeprefix("deck_hosts=") for setting in settings if setting.startswith("deck_hosts=")]


def _as_archived(archive: Archive, run_id: str, counts: tally.Tally) -> tally.Tally:
    """The counts, with the turns that the archive has of this run: recovered ones too, whatever the reports missed."""
    rows = archive.index.db.execute("SELECT id FROM turns WHERE run = ? ORDER BY number", (run_id,)).fetchall()
    return replace(counts, turns=len(rows), last=bytes(rows[-1][0]).hex() if rows else "")


def _closing(launch: Launch, archive: Archive, ended: _Ended) -> str:
    proxy = ended.proxy
    log = f" · the proxy died {proxy.deaths}×, its log: {proxy.log}" if proxy.deaths else ""
    if ended.counts.turns:
        short = _short_id(archive, ended.counts.last)
        return tally.closing_line(ended.counts, short, launch.archive_option) + log
    past_us = [bypass.said for bypass in ended.bypassed]
    cause = tally.likely_cause(ended.counts, ended.given, Path.home(), Path.cwd(), past_us)
    return f"no turn was captured: {cause}{log}"


def _short_id(archive: Archive, full: str) -> str:
    """The shortest prefix, of 7 digits or more, that names only this turn."""
    for length in range(_SHORT, len(full), _LONGER):
        try:
            archive.resolve(full[:length])
        except Ambiguous:
            continue
        return full[:length]
    return full
