"""Masking of credentials in headers and URLs, before hashing and before any byte reaches a disk.

Headers go by allow-list: names are kept, values of names that are not known to be harmless become a token. URL user
info goes, and so do values of parameters (of query, fragment and path) whose names say that they are keys. In what
stays the rules for bodies look for secrets, and they are told which credentials the headers held. Masking what is
masked changes nothing.
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from store.headers import Headers
from store.masking.edits import Edit, replaced
from store.masking.tokens import TOKEN, Tokens

if TYPE_CHECKING:  # rules are compiled where bodies are masked only
    from store.masking.masking import Masking

_MOST_KNOWN = 16
_HARMLESS = frozenset(
    b"""accept accept-charset accept-encoding accept-language accept-ranges age allow alt-svc anthropic-beta
    anthropic-dangerous-direct-browser-access anthropic-version cache-control cf-cache-status cf-ray chatgpt-account-id
    connection content-disposition content-encoding content-language content-length content-range
    content-security-policy content-type date etag expect expires from host idempotency-key if-none-match keep-alive
    last-modified nel openai-beta openai-model openai-organization openai-processing-ms openai-project
    openai-version origin originator pragma priority referrer-policy report-to request-id retry-after
    retry-after-ms sec-fetch-dest sec-fetch-mode sec-fetch-site
    sec-websocket-extensions sec-websocket-version server server-timing session-id
    session_id strict-transport-security te thread-id traceparent traceresponse tracestate trailer transfer-encoding
    upgrade user-agent vary via warning x-accel-buffering x-api-version x-app x-claude-code-agent-id
    x-claude-code-session-id x-client-request-id x-cloud-trace-context x-codex-parent-thread-id x-codex-turn-metadata
    x-codex-window-id x-content-type-options x-envoy-upstream-service-time x-frame-options x-goog-api-client
    x-initiator x-openai-subagent x-parent-session-id x-powered-by x-request-id x-robots-tag x-session-id
    x-should-retry x-title x-xss-protection conversation_id""".split()
)
_HARMLESS_PREFIXES = (
    b"x-stainless-",
    b"anthropic-ratelimit-",
    b"x-ratelimit-",
    b"anthropic-fast-",
    b"anthropic-organization-id",
    b"access-control-",
)
SECRET_NAME: Final = (
    r"key|token|secret|passw|passphrase|auth|credential"
    r"|(?<![a-z${])(?:jwt|pwd|(?:ssh|pg|db|sql|user|root|smtp|ftp|proxy)?pass)(?![a-z])"
)
"""Alternatives of a pattern that ignores case: what the name of a secret has in it, be it of a header, a parameter, an
option or a variable. What is short counts as a word of its own, which no ``compass`` and no ``$PWD`` has, but for
what it is written together with (``SSHPASS``, ``PGPASS``)."""
_CREDENTIAL = re.compile(rf"(?!sec-websocket).*?(?:{SECRET_NAME})".encode(), re.IGNORECASE)
_SECRET_PARAMETER = re.compile(rf"{SECRET_NAME}|signature|\bsig\b|session|\bcode\b|assertion", re.IGNORECASE)
_NAME = re.compile(r"(?:\A|;)([^;=]*)=")  # of a parameter


@lru_cache(256)
def _is_harmless(name: bytes) -> bool:
    """Whether values of this header are kept as they are."""
    name = name.lower()
    return name in _HARMLESS or name.startswith(_HARMLESS_PREFIXES)


class Masker:
    """Masks with one archive's key (32 bytes) and, where there is a ``masking``, by its rules."""

    def __init__(self, key: bytes, masking: "Masking | None" = None) -> None:
        self.token = Tokens(key).token
        self._masking = masking
        self._last_url: tuple[object, str, str] = (None, "", "")  # by the finder, and as it is masked: asked again
        self._known: tuple[object, dict[Headers, Headers]] = (None, {})  # by the finder: the same are asked twice

    def headers(self, headers: Headers) -> Headers:
        """Headers with the values of all that are not known to be harmless masked. From any thread."""
        finder, known = self._known
        found = known.get(headers)
        if found is None or finder is not (self._masking and self._masking.finder):
            found = self._headers(headers)
            finder = self._masking and self._masking.finder  # it may have learned
            if finder is not self._known[0] or len(known) == _MOST_KNOWN:
                known = {}
            known[headers] = found
            self._known = finder, known
        return found

    def _headers(self, headers: Headers) -> Headers:
        self.learn(headers)
        masked = tuple([(name, value if _is_harmless(name) else self._header(name, value)) for name, value in headers])
        kept = b"\n".join([value for name, value in headers if _is_harmless(name)])
        if self._masking is None or not self._masking.hits(kept):
            return masked
        return tuple([(name, self.data(value)) for name, value in masked])

    def _header(self, name: bytes, value: bytes) -> bytes:
        if name.lower() == b"location":
            return self.url(value.decode("latin-1")).encode("latin-1")
        if not value or TOKEN.fullmatch(value):
            return value
        return self.token("header", value)

    def learn(self, headers: Headers) -> None:
        """Look for the credentials in these headers from now on: in bodies, URLs and other headers. From any thread."""
        if self._masking is None:
            return
        found = [
            each
            for name, value in headers
            if value and not _is_harmless(name) and _CREDENTIAL.match(name) and not TOKEN.fullmatch(value)
            for each in _credentials(value)
        ]
        if found:
            self._masking.learn(found)

    def data(self, text: bytes) -> bytes:
        """A text with what the rules find in it masked."""
        hits = self._masking.hits(text) if self._masking is not None else []
        return replaced(text, [Edit(hit.start, hit.end, self.token(hit.rule, hit.value)) for hit in hits])

    def text(self, text: str) -> str:
        """The same of a `str`."""
        return self.data(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def url(self, url: str) -> str:
        """A URL without user info and with the values of key-like parameters masked."""
        last, finder = self._last_url, self._masking and self._masking.finder
        if url != last[1] or finder is not last[0]:
            last = self._last_url = (finder, url, self._by_rules(self._masked_url(url)))
        return last[2]

    def _by_rules(self, url: str) -> str:
        raw = url.encode("utf-8", "surrogatepass")
        hits = self._masking.hits(raw) if self._masking is not None else []
        edits = [Edit(hit.start, hit.end, _quoted(self.token(hit.rule, hit.value)).encode("ascii")) for hit in hits]
        return replaced(raw, edits).decode("utf-8", "surrogatepass") if edits else url

    def _masked_url(self, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.token("url", url.encode("utf-8", "surrogatepass")).decode("ascii")
        netloc = parts.netloc
        if "@" in netloc:
            user, _, host = netloc.rpartition("@")
            netloc = f"{self._escaped('userinfo', user)}@{host}"
        path = "/".join([self._parameter(each) if ";" in each else each for each in parts.path.split("/")])
        masked = parts._replace(
            netloc=netloc, path=path, query=self._parameters(parts.query), fragment=self._parameters(parts.fragment)
        )
        return url if masked == parts else urlunsplit(masked)

    def _parameters(self, text: str) -> str:
        return "&".join([self._parameter(each) for each in text.split("&")]) if text else ""

    def _parameter(self, text: str) -> str:
        """What stands between two ``&``, masked from the first value on that is a key: it may have a ``;`` in it."""
        for found in _NAME.finditer(text):
            value = text[found.end() :]
            if value and _SECRET_PARAMETER.search(unquote(found[1])):
                return f"{text[: found.end()]}{self._escaped('query', value)}"
        return text

    def _escaped(self, rule: str, value: str) -> str:
        raw = unquote(value).encode("utf-8", "surrogatepass")
        return _quoted(raw if TOKEN.fullmatch(raw) else self.token(rule, raw))


def _quoted(token: bytes) -> str:
    """A token as it stands in a URL."""
    return quote(token.decode("ascii"), safe="")


def _credentials(value: bytes) -> Iterator[bytes]:
    """What is secret in the value of a header: what stands behind a scheme, in basic authorization the password too."""
    scheme, _, rest = value.partition(b" ")
    yield rest or value
    if scheme.lower() == b"basic":
        with contextlib.suppress(binascii.Error):
            yield base64.b64decode(rest).partition(b":")[2]
