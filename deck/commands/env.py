"""`deck env`: the exports that lead a shell's programs through `deck proxy`."""

from __future__ import annotations

from typing import Annotated

NAME = "env"


def env(
    *,
    shell: Annotated[str | None, "bash, zsh or fish; yours where it is not given"] = None,
    port: Annotated[int, "the port that `deck proxy` listens on"] = 8080,
    archive: Annotated[str | None, "the archive that it records into; the project's, or your own, if not given"] = None,
) -> int:
    """Print what a shell sets to go through `deck proxy`.

    Use it as: eval "$(deck env)", in fish: deck env | source. The bundle of root certificates that the variables name
    is made if it is absent, and renewed if it is there. What would go past the proxy all the same is told on stderr.
    """
    import os
    import sys
    from pathlib import Path

    from deck.launch import by_hand, gateways, ports, roots, variables
    from deck.locations import chosen_archive
    from deck.recorders import running
    from deck.render import safe
    from store import providers
    from store.locations import ca_folder

    ports.check(port)
    chosen = shell or Path(os.environ.get("SHELL", "")).name
    folder = ca_folder()
    certificate = roots.ensure_ca(folder)
    files = [path for path in roots.sources(os.environ) if path.parent != folder]
    bundle = roots.write_bundle(folder / roots.BUNDLE, [*files, certificate])
    recorded = chosen_archive(archive)
    named = [*gateways.in_variables(os.environ), *gateways.in_settings(Path.home(), Path.cwd(), os.environ)]
    routes = gateways.plan(
        named,
        variables.users_no_proxy(os.environ),
        variables.upstream(os.environ, [port]) is not None,
        providers.known_hosts(recorded),
    )
    exported = variables.for_agent(port, bundle, routes.no_proxy, os.environ)
    past_us = [by_hand.passed_by(each.variable, each.target) for each in routes.reverses]
    for said in (*past_us, *(f"{bypass.said}; `deck run` and `deck doctor` say more" for bypass in routes.bypassed)):
        print(safe(f"deck: {said}", newlines=False), file=sys.stderr)
    if not any(port in each.ports for each in running(recorded)):  # they say so themselves: nobody is called
        start = by_hand.command("proxy", port, archive)
        told = f"no recorder of {recorded} listens on port {port}; `{start}` starts one"
        print(safe(f"deck: {told}", newlines=False), file=sys.stderr)
    print(variables.exports(exported, chosen if chosen in variables.SHELLS or shell else variables.SHELLS[0]))
    return 0
