"""Model servers that are not the providers' own: company gateways and local models, named by variables and settings.

An address is named by

- a variable ``*_BASE_URL`` or ``*_API_BASE`` (clients of Anthropic, OpenAI, Gemini, LiteLLM …), or one of
  `OTHER_NAMES`;
- the settings of Claude Code (``env`` in ``settings.json``), Codex (``*base_url`` in ``config.toml``) and opencode
  (``baseURL`` in ``opencode.json``).

Its host is captured like a provider's. Where the agent would go around a forward proxy (a loopback address, or the
user's ``NO_PROXY``), there are two ways. A variable is made to point at a reverse proxy of ours in front of that
address, path and all; this is done only for variables that plainly speak of models, so that no project's own
``APP_BASE_URL`` is touched. A settings file wins over the environment and is never edited: there the entry is left out
of the agent's ``NO_PROXY``, unless an upstream proxy, which cannot reach the address, would then have to. The same is
done with an entry that covers a provider's own host.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from deck.launch import noproxy

OTHER_NAMES = ("AZURE_OPENAI_ENDPOINT", "CODE_ASSIST_ENDPOINT", "OLLAMA_HOST", "OLLAMA_API_HOST", "LM_STUDIO_HOST")
_RULE = re.compile(r"\w+_(BASE_URL|API_BASE)\Z", re.IGNORECASE)
_OLLAMA_PORT = 11434
_SPEAKS_OF_MODELS = re.compile(
    r"(?:\A|_)(?:AI|ANTHROPIC|AZURE|BEDROCK|CEREBRAS|CLAUDE|CODEX|COHERE|DASHSCOPE|DEEPSEEK|FIREWORKS|GEMINI|GROK"
    r"|GROQ|LITELLM|LLM|LM|LMSTUDIO|MISTRAL|MODEL|MOONSHOT|OLLAMA|OPENAI|OPENROUTER|PERPLEXITY|QWEN|TOGETHER|VERTEX"
    r"|VLLM|XAI|ZAI)_",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SETTINGS_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Named:
    """An address and what names it: a variable, or a settings file (``source``; then ``variable`` is empty)."""

    source: str
    variable: str
    url: SplitResult

    @property
    def host(self) -> str:
        """Host name or address, without brackets."""
        return self.url.hostname or ""

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is written."""
        return self.url.port or _DEFAULT_PORTS[self.url.scheme]


@dataclass(frozen=True, slots=True)
class Reverse:
    """A variable to point at a reverse proxy before ``target`` (scheme, host and port); the rest of it is kept.

    ``user_info`` (``user:password@`` or empty) is secret: what `rewritten` gives is for the agent's environment only.
    """

    variable: str
    target: str
    path: str
    user_info: str = field(default="", repr=False)

    def rewritten(self, port: int) -> str:
        """The variable's value when the reverse proxy listens on ``port``."""
        return f"http://{self.user_info}127.0.0.1:{port}{self.path}"


@dataclass(frozen=True, slots=True)
class Bypass:
    """Something that goes past us: a clause that says so, and whether it is a model server for certain."""

    said: str
    is_model: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """How the named addresses are captured."""

    hosts: tuple[str, ...]  # host or host:port, in addition to the providers
    reverses: tuple[Reverse, ...]
    no_proxy: tuple[str, ...]  # the agent's NO_PROXY
    bypassed: tuple[Bypass, ...]  # what the agent reaches without us


def plan(
    named: Iterable[Named],
    users_no_proxy: str,
    upstream: bool,
    providers: Iterable[str] = (),
    may_reverse: bool = True,
) -> Routes:
    """Routes to the named addresses and to the ``providers`` (host or host:port).

    ``upstream``: a proxy of the user's stands between us and the net. Unless ``may_reverse``, what a variable names
    is treated as if settings did.
    """
    entries = noproxy.merged(noproxy.LOOPBACK, noproxy.split(users_no_proxy))
    hosts: list[str] = []
    reverses: list[Reverse] = []
    bypassed: list[Bypass] = []
    for entry, covered in covering(noproxy.split(users_no_proxy), providers):
        if upstream:
            others = f" and {len(covered) - 1} more" if covered[1:] else ""
            bypassed.append(Bypass(f"“{entry}” in NO_PROXY keeps {covered[0]}{others} from the proxy", True))
        else:
            entries = tuple(each for each in entries if each != entry)
    for address in named:
        bypass = noproxy.matching(entries, address.host, address.port)
        if not bypass and not noproxy.is_loopback(address.host):
            hosts.append(_authority(address))
            continue
        is_projects = bool(address.variable) and not _SPEAKS_OF_MODELS.search(address.variable)
        if may_reverse and address.variable and not is_projects:
            target = f"{address.url.scheme}://{_authority(address)}"
            query = f"?{address.url.query}" if address.url.query else ""
            user, at, _ = address.url.netloc.rpartition("@")
            reverses.append(Reverse(address.variable, target, address.url.path + query, user + at))
        elif upstream or is_projects:
            said = f"{address.source} names an address that NO_PROXY keeps from the proxy"
            bypassed.append(Bypass(said, not is_projects))
        else:
            hosts.append(_authority(address))
            entries = tuple(entry for entry in entries if entry not in bypass)
    return Routes(tuple(dict.fromkeys(hosts)), tuple(reverses), entries, tuple(bypassed))


def covering(entries: Iterable[str], providers: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The entries of a NO_PROXY list that keep providers from a proxy, with those."""
    places = [(host, *_place(host)) for host in providers]
    for entry in entries:
        covered = [host for host, name, port in places if noproxy.matching([entry], name, port)]
        if covered:
            yield entry, covered


def _place(host: str) -> tuple[str, int]:
    """Name and port of ``host`` or ``host:port``, which nobody has checked yet."""
    name, _, port = host.rpartition(":")
    return (name.strip("[]"), int(port)) if name and port.isdecimal() else (host.strip("[]"), _DEFAULT_PORTS["https"])


def _authority(address: Named) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return host if address.url.port is None else f"{host}:{address.url.port}"


def in_variables(environ: Mapping[str, str]) -> Iterator[Named]:
    """Addresses that variables name."""
    for name in sorted(environ):
        if _RULE.match(name) or name in OTHER_NAMES:
            yield from _named(name, name, environ[name])


def in_settings(home: Path, cwd: Path, environ: Mapping[str, str]) -> Iterator[Named]:
    """Addresses that the settings of known clients name; unreadable or odd files name none."""
    claude = Path(environ.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    codex = Path(environ.get("CODEX_HOME") or home / ".codex")
    opencode = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "opencode"
    for path in claude_settings(claude, cwd):
        for name, value in claude_environment(path).items():
            if _RULE.match(name) or name in OTHER_NAMES:
                yield from _named(f"{name} in {path}", "", value)
    for path in (codex / "config.toml", opencode / "opencode.json", cwd / "opencode.json"):
        for value in _base_urls(_parsed(path)):
            yield from _named(str(path), "", value)


def claude_settings(folder: Path, cwd: Path) -> tuple[Path, ...]:
    """The settings files of Claude Code, the one that wins last."""
    return (folder / "settings.json", cwd / ".claude" / "settings.json", cwd / ".claude" / "settings.local.json")


def claude_environment(path: Path) -> dict[str, str]:
    """The variables that a settings file of Claude Code sets in its own process."""
    settings = _parsed(path)
    block = settings.get("env") if isinstance(settings, dict) else None
    if not isinstance(block, dict):
        return {}
    return {name: value for name, value in block.items() if isinstance(value, str)}


def _parsed(path: Path) -> Any:
    try:
        if path.stat().st_size > _SETTINGS_LIMIT:
            return None
        text = path.read_text("utf-8")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None


def _base_urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                if str(key).lower().replace("_", "").endswith("baseurl"):
                    yield inner
            else:
                yield from _base_urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _base_urls(inner)


def _named(source: str, variable: str, value: str) -> Iterator[Named]:
    value = value.strip()
    if variable.startswith("OLLAMA_") and value and "//" not in value:  # Ollama takes a bare host, with its own port
        value = f"http://{value}" if ":" in value else f"http://{value}:{_OLLAMA_PORT}"
    try:
        url = urlsplit(value)
        usable = url.scheme in _DEFAULT_PORTS and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return
    if usable:
        yield Named(source, variable, url)
