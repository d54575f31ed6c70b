"""The name and version of a client, from its User-Agent header."""

import re
from typing import Final

_PRODUCT: Final = re.compile(r"([A-Za-z0-9._-]{1,60})/([A-Za-z0-9._+-]{1,60})(?: ([0-9][A-Za-z0-9._+-]{0,59}))?")
_KNOWN_AS: Final = {"claude-cli": "claude-code", "google-genai-sdk": "google-genai"}


def product(user_agent: str) -> tuple[str, str]:
    """(name in lower case, version) of the header's first product, or two empty strings.

    ``curl/8.5.0`` is ("curl", "8.5.0"). Anthropic's and OpenAI's SDKs put the language where the version belongs:
    ``Anthropic/Python 0.125.0`` is ("anthropic-python", "0.125.0"). ``claude-cli`` and some others are called by their
    product's name.
    """
    found = _PRODUCT.match(user_agent)
    if found is None:
        return "", ""
    name, version, after = found[1].lower(), found[2], found[3]
    if after and not version[0].isdigit():
        name, version = f"{name}-{version.lower()}", after
    return _KNOWN_AS.get(name, name), version
