import json
import re

import pytest

from deck.launch import masked
from store.mask import Masker
from store.masking import config

KEY = b"k" * 32
SECRET = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWx"
PLAIN = "tr0ub4dor-and-3"
LOW = "hunter2"  # no rule finds it
MASKER = Masker(KEY, config.read({"environment": ["PIN"]}, "here", KEY, {"PIN": PLAIN}))


@pytest.mark.parametrize(
    "words",
    [
        ("agent", "--api-key", SECRET),
        ("agent", f"--api-key={SECRET}"),
        ("env", f"ANTHROPIC_API_KEY={SECRET}", "agent"),
        ("curl", "-H", f"Authorization: Bearer {SECRET}"),
        ("curl", "-H", f"x-api-key:{SECRET}"),
        ("agent", SECRET),
        ("agent", "say", f"use {SECRET} please"),
        ("curl", f"https://user:{SECRET}@x.example/"),
        ("curl", f"https://x.example/?key={SECRET}"),
        ("agent", "--password", "short"),
        ("env", f"DB=postgres://app:{SECRET}@db.example/x", "agent"),
        ("agent", "-p", f"it is {PLAIN}, I think"),
        ("sh", "-c", f"export OPENAI_API_KEY={LOW}; agent"),
        ("sh", "-c", f"FOO=1 OPENAI_API_KEY='a {LOW}' agent"),
        ("sh", "-c", f'API_KEY=$(echo {LOW}) TOKEN=x"y {LOW}" agent --api-key {LOW}'),
        ("sh", "-c", f"curl -u alice:{LOW} --proxy-user 'alice:a {LOW}' x.example"),
        ("agent", "--api-key", f"-{LOW}"),
        ("agent", "--token", f"--{LOW}"),
        ("curl", "--proxy", f"alice:{LOW}@proxy:3128"),
        ("curl", f"--proxy=CORP\\alice:{LOW}@10.0.0.5:3128"),
        ("curl", "-x", f"alice@corp.example:p@{LOW}@[::1]:3128"),
        ("curl", "--proxy-user", f"alice:a {LOW}"),
        ("curl", f"--user=alice:a {LOW}"),
        ("curl", "-u", f"alice:{LOW}"),
        ("curl", f"-Ualice:{LOW}"),
        ("agent", "--pass", LOW),
        ("agent", f"--db-pass={LOW}"),
        ("agent", "--passphrase", LOW),
        ("gpg", f"--passphrase={LOW}"),
        ("openssl", "-passin", f"pass:{LOW}"),
        ("env", f"DB_PWD={LOW}", "agent", "--jwt", LOW),
        ("sh", "-c", f"export MYSQL_PASS={LOW} SSH_PASSPHRASE={LOW}; agent --pwd {LOW}"),
        ("env", f"SSHPASS={LOW}", f"PGPASS={LOW}", "sshpass", "-e", "ssh", "host"),
        ("agent", "-p", f"clone https://{LOW}@x.example/y and //alice:{LOW}@x.example"),
    ],
)
def test_no_credential_of_a_command_line_is_kept(words: tuple[str, ...]) -> None:
    shown = masked.command(words, MASKER)
    assert len(shown) == len(words)
    assert not any(secret in json.dumps(shown) for secret in (SECRET, PLAIN, LOW))
    assert "short" not in shown


@pytest.mark.parametrize(
    "words",
    [
        ("claude", "-p", "fix the key handling: now", "--model", "x"),
        ("a", "--token"),
        ("a", "--no-auth", "--model", "x", "-p", "hi"),
        ("git", "clone", "git@github.com:org/repo"),
        ("a", "-p", "git@github.com:org/repo, user@host and a@b.example:c are read at 12:30@x by mailto:a@b.example"),
        ("a", "-p", "look at http://host:80/a@b, and at x:1 of a@b.example"),
        ("a", "-p", "say \"FOO=1\" and 'BAR=2', then go on -u x"),
        ("curl", "http://host:80/a@b"),
        ("browser", "--user-data-dir=/a:b", "--user-agent", "a:b"),
        ("sqlmap", "-u", "http://host:80/a"),
        ("agent", "--passthrough", "x", "--passive=1", "--compass", "north", "--bypass", "y"),
        ("env", "PASSED=1", "BYPASS=2", "COMPASS=3", "OLDPWD=/a", "agent"),
        ("sh", "-c", "PASSED=1 agent --passthrough x"),
        ("docker", "-v", "$PWD:/work", "-w", "${PWD}:/x"),
    ],
)
def test_ordinary_words_of_a_command_line_stay(words: tuple[str, ...]) -> None:
    assert masked.command(words, MASKER) == list(words)


def test_what_stands_around_a_credential_stays() -> None:
    words = ["export API_KEY=a;agent 'TOKEN=b' \"KEY=c\" and more", "alice:p@h:1", "--user", "alice:p"]
    shown = masked.command(words, MASKER)
    assert re.sub(r"\[\[[^]]*]]", "…", "\n".join(shown)) == (
        "export API_KEY=…;agent 'TOKEN=…' \"KEY=…\" and more\n…@h:1\n--user\nalice:…"
    )


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("alice:p@ss/w@proxy.example:3128", "…@proxy.example:3128"),
        ("//alice:pw@proxy.example:3128", "//…@proxy.example:3128"),
        ("http://alice:pw@proxy.example:3128/", "http://…@proxy.example:3128/"),
        ("alice@proxy.example", "…@proxy.example"),
        ("http://proxy.example:80/a@b", "http://proxy.example:80/a@b"),
        ("[::1]:80/a@b", "[::1]:80/a@b"),
        ("proxy.example:3128", "proxy.example:3128"),
    ],
)
def test_an_address_loses_its_user_info_with_a_scheme_or_without(value: str, kept: str) -> None:
    assert re.sub("%5B%5B.*?%5D%5D", "…", masked.address(value, MASKER)) == kept


def test_an_argument_of_any_shape_takes_little_time() -> None:
    for shape in ("key=", ",a:", "-u", '"key=', "a@", "--key ", "key", "`'\""):
        masked.command([shape * 5_000], MASKER)


def test_equal_secrets_stay_equal_and_others_differ() -> None:
    one, two, three = (masked.command(["--key", value], MASKER)[1] for value in ("aaa", "aaa", "bbb"))
    assert one == two != three
