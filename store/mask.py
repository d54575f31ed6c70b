"""Masking of credentials in headers and URLs, before hashing and before any byte reaches a disk.

Headers go by allow-list: names are kept, values of names that are not known to be harmless become a token. URL user
info goes, and so do values of query parameters whose names say that they are keys. A token is
``[[deck:<rule>:<digits>]]``, a BLAKE3 keyed with the archive's key: equal secrets stay equal, none can be read back.
Masking what is masked changes nothing.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from blake3 import blake3

from store.headers import Headers

RULES_VERSION: Final = 1
_DIGITS: Final = 16
_TOKEN = re.compile(rb"\[\[deck:[a-z-]+:[0-9a-f]{16}\]\]\Z")
_HARMLESS = frozenset(
    b"""accept accept-charset accept-encoding accept-language accept-ranges age allow alt-svc anthropic-beta
    anthropic-dangerous-direct-browser-access anthropic-version cache-control cf-cache-status cf-ray chatgpt-account-id
    connection content-disposition content-encoding content-language content-length content-range
    content-security-policy content-type date etag expect expires from host idempotency-key if-none-match keep-alive
    last-modified nel openai-beta openai-model openai-organization openai-processing-ms openai-project
    openai-version origin originator pragma priority referrer-policy report-to request-id retry-after sec-fetch-dest
    sec-fetch-mode sec-fetch-site sec-websocket-extensions sec-websocket-version server server-timing session-id
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
_SECRET_PARAMETER = re.compile(
    r"key|token|secret|passw|signature|\bsig\b|auth|credential|session|\bcode\b|assertion", re.IGNORECASE
)


@lru_cache(256)
def _is_harmless(name: bytes) -> bool:
    """Whether values of this header are kept as they are."""
    name = name.lower()
    return name in _HARMLESS or name.startswith(_HARMLESS_PREFIXES)


class Masker:
    """Masks with one archive's key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._last_url = ("", "")  # and as it is masked: an agent asks the same one again and again

    def token(self, rule: str, value: bytes) -> bytes:
        """The token that stands for ``value``."""
        name = rule.encode("ascii")
        digest = blake3(name + b"\0" + value, key=self._key).hexdigest(length=_DIGITS // 2)
        return b"[[deck:%b:%b]]" % (name, digest.encode("ascii"))

    def headers(self, headers: Headers) -> Headers:
        """Headers with the values of all that are not known to be harmless masked."""
        return tuple([(name, value if _is_harmless(name) else self._header(name, value)) for name, value in headers])

    def _header(self, name: bytes, value: bytes) -> bytes:
        if name.lower() == b"location":
            return self.url(value.decode("latin-1")).encode("latin-1")
        if not value or _TOKEN.match(value):
            return value
        return self.token("header", value)

    def url(self, url: str) -> str:
        """A URL without user info and with the values of key-like query parameters masked."""
        last = self._last_url
        if url != last[0]:
            last = self._last_url = (url, self._masked_url(url))
        return last[1]

    def _masked_url(self, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.token("url", url.encode("utf-8", "surrogateescape")).decode("ascii")
        netloc = parts.netloc
        if "@" in netloc:
            user, _, host = netloc.rpartition("@")
            netloc = f"{self._escaped('userinfo', user)}@{host}"
        query = "&".join(self._parameter(each) for each in parts.query.split("&")) if parts.query else ""
        if (netloc, query) == (parts.netloc, parts.query):
            return url
        return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))

    def _parameter(self, text: str) -> str:
        name, equals, value = text.partition("=")
        if not value or not _SECRET_PARAMETER.search(unquote(name)):
            return text
        return f"{name}{equals}{self._escaped('query', value)}"

    def _escaped(self, rule: str, value: str) -> str:
        raw = unquote(value).encode("utf-8", "surrogateescape")
        token = raw if _TOKEN.match(raw) else self.token(rule, raw)
        return quote(token.decode("ascii"), safe="")
