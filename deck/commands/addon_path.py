"""`deck addon-path`: where the mitmproxy addon lies."""

from __future__ import annotations

NAME = "addon-path"


def addon_path() -> int:
    """Print the path of the mitmproxy addon.

    For a mitmdump of your own: mitmdump -s "$(deck addon-path)". That mitmdump must be able to import deck's packages;
    `deck proxy` starts one that can.
    """
    from deck.launch.proxy import CAPTURE

    print(CAPTURE)
    return 0
