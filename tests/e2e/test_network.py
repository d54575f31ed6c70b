"""Nothing surprising on the network: servers are checked, loopback only, and every turn says where that is not so."""

import os
import ssl
from pathlib import Path
from typing import Any

import anthropic
import httpx
import pytest
import sdk
from provider import Provider, Reply, message_json
from proxy import Proxy, until
from recorded import gaps, turns

from deck.doctor import recorders
from deck.doctor.finding import Level
from deck.launch import ports
from deck.recorders import running

pytestmark = pytest.mark.e2e


def test_nothing_is_recorded_where_servers_are_not_checked(tmp_path: Path, python: str) -> None:
    done = Proxy(tmp_path / "proxy", python, options={"ssl_insecure": "true"}).run()
    assert done.returncode != 0
    assert "deck_unverified" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "proxy" / "archive").exists()


def test_forced_to_record_it_every_turn_says_so(start: Any, provider: Provider) -> None:
    proxy = start(provider_ca=None, options={"ssl_insecure": "true", "deck_unverified": "true"})
    provider.script(Reply.json(message_json("one")), Reply.stream(["two"]), Reply.stream(["lost"], stall_after=3))
    assert sdk.ask()[0] == "one"
    assert sdk.ask_streaming()[0] == "two"
    assert "every turn says so" in proxy.log()
    (told,) = running(proxy.archive)
    assert told.unverified
    assert [each.level for each in recorders.check(proxy.archive, [told], 0) if "certificates" in each.message] == [
        Level.MEND
    ]
    with sdk.raw_stream() as pieces:  # what a killed recorder leaves says so too
        next(pieces)
        until(proxy.is_spooling)
        proxy.kill()
    assert [turn.payload["capture"].get("unverified") for turn in recovered(proxy)] == [True, True, True]


def recovered(proxy: Proxy) -> Any:
    from deck.timeline import Timeline

    Timeline.open(proxy.archive).close()
    return turns(proxy.archive)


TURNS_CHECKS_OFF = """
import logging
from mitmproxy import ctx, exceptions
class Switch:
    def requestheaders(self, flow):
        try:
            ctx.options.ssl_insecure = True
        except exceptions.OptionsError:
            logging.getLogger().warning("option refused")
addons = [Switch()]
"""


def test_a_server_that_nobody_vouches_for_is_not_asked_and_no_script_can_change_that(
    start: Any, provider: Provider
) -> None:
    proxy = start(provider_ca=None, scripts=[TURNS_CHECKS_OFF])
    with pytest.raises(anthropic.APIStatusError) as caught:
        sdk.ask()
    assert caught.value.status_code == 502
    assert provider.seen == []
    proxy.stop()
    (turn,) = turns(proxy.archive)
    assert turn.outcome == "upstream-error"
    assert "ertificate verify failed" in turn.payload["error"]
    assert "unverified" not in turn.payload["capture"]
    assert "option refused" in proxy.log()


def test_who_listens_on_all_addresses_is_told_loudly(start: Any) -> None:
    proxy = start(arguments=["--listen-host", "0.0.0.0"])
    until(lambda: "other machines can use it" in proxy.log())
    assert {host for host, _port in listened_on(proxy)} == {"0.0.0.0"}
    (told,) = running(proxy.archive)
    (exposed,) = told.exposed
    assert exposed == f"0.0.0.0:{proxy.report()['port']}"
    found = [each for each in recorders.check(proxy.archive, [told], 0) if exposed in each.message]
    assert [each.level for each in found] == [Level.MEND]


def test_who_keeps_to_this_machine_is_not_warned_and_told_the_port_that_stays(start: Any) -> None:
    """From Python 3.12 on mitmproxy binds all addresses before any script is loaded, and another port then."""
    proxy = start()
    told = proxy.report()["port"]
    until(lambda: {host for host, _port in listened_on(proxy)} == {"127.0.0.1"})
    assert listened_on(proxy) == {("127.0.0.1", told)}
    assert "other machines" not in proxy.log()


def listened_on(proxy: Proxy) -> set[tuple[str, int]]:
    """The IPv4 addresses on which the process listens, as the system says."""
    assert proxy.process is not None
    own = {os.readlink(link) for link in Path(f"/proc/{proxy.process.pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for line in Path(f"/proc/{proxy.process.pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
            address, port = fields[1].split(":")
            host = ".".join(str(byte) for byte in bytes.fromhex(address)[::-1])
            found.add((host, int(port, 16)))
    return found


def test_a_request_without_the_password_is_refused_and_counted(start: Any, provider: Provider) -> None:
    """And each mode listens on loopback alone."""
    (reverse,) = ports.free(1)
    modes = ["--mode", "regular@0", "--mode", f"reverse:https://api.anthropic.com@{reverse}"]
    proxy = start(options={"proxyauth": "deck:secret"}, arguments=modes)
    until(lambda: len(listened_on(proxy)) == 2)
    assert {host for host, _port in listened_on(proxy)} == {"127.0.0.1"}
    (told,) = running(proxy.archive)
    assert told.exposed == ()
    provider.script(Reply.json(message_json("known")))
    trust = ssl.create_default_context(cafile=str(proxy.ca))
    (port,) = {port for _host, port in listened_on(proxy)} - {reverse}
    for stranger in ("", "deck:wrong@"):
        with httpx.Client(proxy=f"http://{stranger}127.0.0.1:{port}", verify=trust, trust_env=False) as client:
            with pytest.raises(httpx.ProxyError, match="407"):
                client.post("https://api.anthropic.com/v1/messages", json=sdk.QUESTION)
            assert client.post("http://api.anthropic.com/v1/messages", json=sdk.QUESTION).status_code == 407
    with httpx.Client(proxy=f"http://deck:secret@127.0.0.1:{port}", verify=trust, trust_env=False) as client:
        answer = client.post("https://api.anthropic.com/v1/messages", json=sdk.QUESTION)
    assert answer.content == message_json("known")
    proxy.stop()
    assert proxy.report()["strangers"] == 4
    (turn,) = turns(proxy.archive)
    assert gaps(proxy.archive) == []
    assert len(provider.seen) == 1
    secret = b"ZGVjazpzZWNyZXQ="  # the password as it is sent
    assert not [name for name, value in provider.seen[0].headers if secret.decode() in value]
    assert not [path for path in proxy.archive.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert turn.response == message_json("known")
