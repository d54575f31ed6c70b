"""mitmdump as `deck run` and `deck proxy` start it: ``python -P hosted.py SECRETS LIFELINE MITMDUMP-ARGUMENT…``.

SECRETS is a file descriptor that holds a JSON list of further arguments, or ``-``: a command line can be read by
everyone on the machine, so the credentials of an upstream proxy do not go there. LIFELINE is the reading end of a
pipe that nothing is written to, or ``-``: its writers are the launcher and the agent, so that end of file means that
both are gone, however they died, and nobody needs this proxy any more.
"""

import json
import os
import signal
import sys
import threading


def _end_with(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run mitmdump in this process."""
    os.umask(0o077)  # whatever mitmproxy makes, the CA's files among it, is the user's alone
    secrets, lifeline, *arguments = sys.argv[1:]
    if secrets != "-":
        with os.fdopen(int(secrets), "rb") as pipe:
            arguments += json.loads(pipe.read())
    if lifeline != "-":
        threading.Thread(target=_end_with, args=(int(lifeline),), daemon=True).start()
    from mitmproxy.tools.main import mitmdump

    mitmdump(arguments)


if __name__ == "__main__":
    main()
