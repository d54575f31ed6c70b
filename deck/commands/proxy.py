"""`deck proxy`: the recording proxy alone."""

from __future__ import annotations

from typing import Annotated

NAME = "proxy"


def proxy(
    *,
    port: Annotated[int, "the port to listen on, on 127.0.0.1"] = 8080,
    archive: Annotated[str | None, "the archive to record into; made if absent"] = None,
    mode: Annotated[list[str] | None, "a mode of mitmproxy instead of a forward proxy; may be repeated"] = None,
    set: Annotated[list[str] | None, "an option of mitmproxy or the addon; may be repeated"] = None,
    tag: Annotated[list[str] | None, "a tag for the turns; may be repeated"] = None,
    fail: Annotated[str, "open: traffic goes on when recording fails; closed: new model calls get a 503"] = "open",
) -> int:
    """Start the recording proxy alone, until Ctrl-C.

    `deck env` prints what its clients need; those of a reverse proxy take its address as base URL. It is mitmdump with
    the addon, on 127.0.0.1, with the CA that `deck run` uses. A proxy and CA that you already use stay in use, and the
    hosts that *_BASE_URL variables and clients' settings name are captured too. Example of a mode:
    --mode reverse:https://api.anthropic.com@8081
    """
    import os
    import sys
    from pathlib import Path

    from deck.launch import by_hand, gateways, options, ports, roots, variables
    from deck.launch import proxy as process
    from deck.locations import chosen_archive
    from deck.render import safe
    from store import providers
    from store.archive import Archive
    from store.locations import ca_folder

    fail = options.check(fail, set or (), is_run=False)
    if mode:  # which may name other ports
        ports.check(port)
    else:
        ports.check_free(port)
    environ = os.environ
    folder = chosen_archive(archive)
    Archive.create(folder).close()
    confdir = ca_folder(environ)
    roots.ensure_ca(confdir)
    upstream = variables.upstream(environ, [port])
    named = [*gateways.in_variables(environ), *gateways.in_settings(Path.home(), Path.cwd(), environ)]
    routes = gateways.plan(
        named, variables.users_no_proxy(environ), upstream is not None, providers.known_hosts(folder)
    )
    recording = process.Recording(
        archive=folder,
        confdir=confdir,
        roots=roots.write_bundle(confdir / "roots.pem", roots.sources(environ)),
        upstream=upstream,
        hosts=routes.hosts,
        fail=fail,
        tags=tuple(tag or ()),
        settings=tuple(set or ()),
        defaults=("flow_detail=0", "termlog_verbosity=warn"),  # what passes is for the archive, not for the terminal
        modes=tuple(mode or ()),
    )
    line = process.arguments(recording, [port], report=None)
    secrets = process.secrets_pipe(recording)
    if secrets is not None:
        os.set_inheritable(secrets, True)
    command = process.command(line, secrets, None)
    clients = by_hand.clients(recording.modes, port, archive)
    print(safe(f"deck: the proxy records into {folder}; its clients: {clients}", newlines=False), file=sys.stderr)
    for each in routes.reverses:
        if not any(each.target in one for one in recording.modes):
            print(safe(f"deck: {by_hand.passed_by(each.variable, each.target)}", newlines=False), file=sys.stderr)
    os.execv(command[0], command)
