"""What a run object keeps of a command line and of variables, without credentials.

By the archive's rules first, then by looser ones: what is masked too much here is no loss. Masked are

- what has the shape of a key, and what stands behind ``Bearer`` or ``Basic``;
- user info before a host, with a scheme or without (``alice:secret@proxy:3128``): in an address (`address`) all of it,
  elsewhere where it has a colon or stands behind ``http://``;
- the value of a name that speaks of a secret, anywhere in an argument and in a shell's quotes
  (``export OPENAI_API_KEY='a b'; agent``, ``--api-key=a``, ``--api-key a``), and of a header that is so named;
- the password of ``-u``, ``-U``, ``--user`` and ``--proxy-user``.

Readable stays what can hold no password: ``git@host:path``, ``user@host``, ``http://host:80/a@b``, ``12:30@x``,
``mailto:a@b``.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from store.mask import SECRET_NAME, Masker
from store.masking.tokens import TOKEN

_SECRET_WORD = re.compile(rf"{SECRET_NAME}|cookie|bearer", re.IGNORECASE)
_SECRET_SHAPE = re.compile(  # of any length, unlike in a body
    r"(sk|pk|rk|ghp|gho|ghs|github_pat|glpat|hf|xox[a-z]|AIza|AKIA|ya29|eyJ)[-_.A-Za-z0-9]{16,}"
    r"|(?i:bearer|basic)\s+\S+"
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BEFORE_AUTHORITY = re.compile(r"(\s*(?:(?:[a-z][a-z0-9+.-]*:)?//)?)(.*)\Z", re.IGNORECASE | re.DOTALL)
_PLAIN_HOST = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]*\])(?::\d*)?[/?#]")
_TOKEN = rf"(?:{TOKEN.pattern.decode()}|%5B%5Bdeck%3A[a-z0-9-]+%3A[0-9a-f]+%5D%5D)"  # the latter in a URL
_USER_INFO = re.compile(
    rf"""(?: (?<=//) | (?<![^\s"'`=,;(<>|&]) )                  # where an authority or a word begins
    (?! {_TOKEN}@ | (?:mailto|sips?|xmpp|acct): | \d{{1,2}}:\d\d@ )
    [^\s"'`=,;()<>|&/:@] [^\s"'`:/]{{0,255}}+                   # a user, who may have an @ as an address has
    :(?!//|{_TOKEN}@) [^\s"/?#]{{1,4096}} (?=@[\w\[])
    | (?:(?<=http://)|(?<=https://)) (?!{_TOKEN}@) [^\s"/?#:@]{{1,4096}} (?=@[\w\[])""",
    re.VERBOSE,
)
_SHELL_WORD = r"""(?=[^\s;&|])(?: "(?:\\.|[^"\\])*+"? | '[^']*+'? | `[^`]*+`? )?+ (?:
    \$\([^)]*+\)? | \\. | [^\s;&|"'`\\]
    | "(?![\s,;:)\]}])[^"]*+" | '(?![\s,;:)\]}])[^']*+' | `(?![\s,;:)\]}])[^`]*+`  # no quotes that end around it
    )*+"""
_USER = r"""(?=["']?[^\s:]{1,255}:(?!//)\S)"""  # and a password; no URL
_GIVEN = re.compile(
    rf"""(?<![\w.-]) (?: (?P<user> -[uU]\s*+ | --(?:proxy-)?user[\s=]++ ){_USER} | [\w.-]++= | --[\w-]++\s++(?!-) )
    (?P<word> {_SHELL_WORD})""",
    re.VERBOSE | re.DOTALL,
)
_USER_OPTION = re.compile(r"-[uU]|--(?:proxy-)?user")
_USER_GIVEN = re.compile(rf"(?:-[uU]=?|--(?:proxy-)?user=){_USER}")
_OPTION = re.compile(r"-[A-Za-z]|--[A-Za-z]+(?:-[A-Za-z]+)*(?:=.*)?", re.DOTALL)  # and no secret that begins with -
_QUOTES = "\"'`"


def command(words: Sequence[str], masker: Masker) -> list[str]:
    """The arguments of a command line, each without credentials."""
    shown: list[str] = []
    option = ""  # whose value may come next
    for word in words:
        name, equals, value = word.partition("=")
        is_secret = bool(_SECRET_WORD.search(option)) and not _OPTION.fullmatch(word)
        if is_secret:
            shown.append(_token(word, masker))
        elif _USER_GIVEN.match(f"{option}={word}" if _USER_OPTION.fullmatch(option) else word):
            shown.append(_without_password(word, masker))
        elif value and " " not in name and _SECRET_WORD.search(name):
            shown.append(f"{name}={_token(value, masker)}")
        else:
            shown.append(text(word, masker))
        option = word if word.startswith("-") and not equals and not is_secret else ""
    return shown


def address(value: str, masker: Masker) -> str:
    """The value of a variable that names a proxy or a server, with a scheme or without."""
    found = _BEFORE_AUTHORITY.match(value)
    before, rest = found.groups() if found else ("", value)
    user_info, at, host = rest.rpartition("@")
    if at and not _PLAIN_HOST.match(rest):
        token = masker.token("userinfo", unquote(user_info).encode("utf-8", "surrogateescape"))
        value = f"{before}{quote(token.decode('ascii'), safe='')}@{host}"
    return text(value, masker)


def text(value: str, masker: Masker) -> str:
    """Any other text."""
    shown = masker.url(value) if _URL.match(value) else masker.text(value)
    header, colon, rest = shown.partition(":")
    if colon and " " not in header and "/" not in header and _SECRET_WORD.search(header):
        return f"{header}: {_token(rest.strip(), masker)}"

    def given(found: re.Match[str]) -> str:
        word = found["word"]
        name = found[0].removesuffix(word)
        if found["user"]:
            return name + _without_password(word, masker)
        if not _SECRET_WORD.search(name) or TOKEN.fullmatch(unquote(word).encode("utf-8", "replace")):
            return found[0]
        return name + _token(word.strip(_QUOTES), masker)

    shown = _USER_INFO.sub(lambda found: _token(found[0], masker), shown)
    shown = _GIVEN.sub(given, shown)
    return _SECRET_SHAPE.sub(lambda found: _token(found[0], masker), shown)


def _without_password(word: str, masker: Masker) -> str:
    user, _, password = word.partition(":")
    return f"{user}:{_token(password.strip(_QUOTES), masker)}"


def _token(secret: str, masker: Masker) -> str:
    return masker.token("argument", secret.encode("utf-8", "surrogateescape")).decode("ascii")
