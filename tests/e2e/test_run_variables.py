"""What the user's own proxy variables do to a run, tried with the HTTP clients that agents are built on.

| set before `deck run` | what happens |
|---|---|
| `NO_PROXY`, `no_proxy` with a provider's host, a domain above it, or `*` | the agent's lists lack these entries |
| `ALL_PROXY` or `all_proxy` alone | it is the upstream proxy; the agent's is ours |
| `https_proxy` beside a SOCKS proxy in `all_proxy` | the first is the upstream proxy; the agent has ours in both |
| `HTTPS_PROXY`, and a provider in `NO_PROXY` | the agent is led past us, as told before and after |
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from launching import World, company, world
from recorded import turns

pytestmark = pytest.mark.e2e

CLIENTS = """
import subprocess
from concurrent.futures import ThreadPoolExecutor
def body(text):
    return {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": text}]}
URL, HEADERS = "https://api.anthropic.com/v1/messages", {"x-api-key": "sk-demo-not-a-key"}
def by_urllib():
    ask(text="urllib")
def by_httpx():
    import httpx
    httpx.post(URL, json=body("httpx"), headers=HEADERS, timeout=60).raise_for_status()
def by_requests():
    import requests
    requests.post(URL, json=body("requests"), headers=HEADERS, timeout=60).raise_for_status()
def by_sdk():
    import anthropic
    asked = body("sdk")
    del asked["stream"]
    with anthropic.Anthropic(api_key="sk-demo-not-a-key", max_retries=0).messages.stream(**asked) as stream:
        stream.get_final_message()
def by_curl(text="curl", *without):
    line = ["curl", "-sS", "--fail", "--max-time", "60", "-H", "x-api-key: sk-demo-not-a-key", "-d"]
    line += [json.dumps(body(text)), "-H", "content-type: application/json", URL]
    environ = {name: value for name, value in os.environ.items() if name not in without}
    subprocess.run(line, env=environ, check=True, stdout=subprocess.DEVNULL)
def by_curl_with_all_proxy_alone():
    by_curl("ALL_PROXY alone", "HTTPS_PROXY", "https_proxy")
def at_once(*asking):
    with ThreadPoolExecutor(len(asking)) as pool:
        for asked in [pool.submit(each) for each in asking]:
            asked.result()
def of(*names):
    print(json.dumps({name: os.environ.get(name) for name in names}))
"""
OURS = "http://127.0.0.1:"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def asked(machine: World) -> set[str]:
    """What the captured questions said."""
    said = [json.loads(turn.request)["messages"][0]["content"] for turn in turns(machine.archive)]
    assert len(set(said)) == len(said)
    return set(said)


def test_a_provider_that_no_proxy_names_is_captured_all_the_same(machine: World) -> None:
    machine.environ |= {"NO_PROXY": "api.anthropic.com,intern.example", "no_proxy": ".anthropic.com *"}
    machine.environ |= {"SOCKS_PROXY": "socks5://127.0.0.1:1", "WSS_PROXY": "http://127.0.0.1:1"}
    program = (
        "at_once(by_urllib, by_httpx, by_requests, by_sdk, by_curl)\n"
        "import websockets.uri\nfrom websockets.uri import parse_uri\n"
        "if not (get_proxy := getattr(websockets.uri, 'get_proxy', None)):\n"  # until 15; then in a module of its own
        "    from websockets.proxy import get_proxy\n"
        "os.environ['WSS'] = get_proxy(parse_uri('wss://api.openai.com/v1/responses'))\n"
        "of('NO_PROXY', 'no_proxy', 'WSS', 'HTTPS_PROXY')"
    )
    done = machine.run(CLIENTS + program)
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["NO_PROXY"] == given["no_proxy"] == "localhost,127.0.0.1,::1,intern.example"
    assert given["WSS"] == given["HTTPS_PROXY"]
    assert asked(machine) == {"urllib", "httpx", "requests", "sdk", "curl"}
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "variables",
    [{"ALL_PROXY": "{}"}, {"https_proxy": "{}", "all_proxy": "socks5://127.0.0.1:1"}],
    ids=lambda variables: "-".join(variables),
)
def test_a_proxy_of_the_users_in_any_variable_is_gone_on_through(machine: World, variables: dict[str, str]) -> None:
    with company(machine) as (port, seen):
        machine.environ |= {name: value.format(f"{OURS}{port}") for name, value in variables.items()}
        program = (
            "at_once(by_httpx, by_requests, by_curl, by_curl_with_all_proxy_alone)\n"
            "of('HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy')"
        )
        done = machine.run(CLIENTS + program, route=False)
    assert done.returncode == 0, done.stderr
    given = {value for value in json.loads(done.stdout).values() if value is not None}
    assert len(given) == 1 and f"{OURS}{port}" not in given and given.pop().startswith(OURS)
    assert asked(machine) == {"httpx", "requests", "curl", "ALL_PROXY alone"}
    assert {turn.payload["capture"]["mode"] for turn in turns(machine.archive)} == {"upstream"}
    assert {target for target, _ in seen} == {"api.anthropic.com:443"}


def test_a_provider_that_only_the_users_way_around_his_proxy_reaches_is_told(machine: World) -> None:
    """Leading it through that proxy after all could fail, so it stays as the user has it, and is told twice."""
    machine.environ |= {"HTTPS_PROXY": f"{OURS}1", "no_proxy": "intern.example,anthropic.com"}
    program = "import sys, urllib.request\nprint(urllib.request.proxy_bypass('api.anthropic.com'))\n"
    done = machine.run(program + "print('the agent', file=sys.stderr)")
    assert (done.returncode, done.stdout) == (0, "True\n")
    said = "“anthropic.com” in NO_PROXY keeps api.anthropic.com from the proxy."
    before, agent, after = done.stderr.splitlines()
    assert (before, agent) == (f"deck: not recorded: {said}", "the agent")
    assert after == f"deck: no turn was captured: no request reached the proxy: {said}"


@pytest.mark.prove
def test_clients_give_the_password_that_stands_in_the_variables(machine: World) -> None:
    done = machine.run(CLIENTS + "at_once(by_urllib, by_httpx, by_requests, by_sdk, by_curl)", "--password")
    assert done.returncode == 0, done.stderr
    assert asked(machine) == {"urllib", "httpx", "requests", "sdk", "curl"}
    assert "refused" not in done.stderr
