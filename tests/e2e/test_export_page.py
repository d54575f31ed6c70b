"""The exported page in a real browser: nothing leaves, keys work, and hostile text is text."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from archives import HOSTILE, recorded
from browser import MISSING, Browser
from exported import exported
from kafka_session import Clock, Thread, text

from store.exchange import Exchange

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(MISSING), reason=MISSING)]
AT = "return [...document.querySelectorAll('article')].findIndex(step => step.matches('.here'))"
HERE = "return document.querySelector('article.here')?.id ?? ''"
MARKS = "return document.querySelector('article.here').dataset.jump"
ELEMENTS = "[...document.querySelectorAll('*')]"
SHOWN = "return document.querySelectorAll('article:not(.out)').length"
ATTACKS = (
    "<script>document.title='owned'</script>",
    "</pre></article></main><script>document.title='owned'</script>",
    "<!-- --!><img src=x onerror=\"document.title='owned'\">",
    "<img src='https://attack.example/a.png'><link rel=stylesheet href=//attack.example/b.css>",
    "<iframe src='https://attack.example/'></iframe><object data='https://attack.example/'></object>",
    "<a href=\"javascript:document.title='owned'\">click</a> [x](javascript:alert(1))",
    "<style>@import '//attack.example/c.css'; body { display: none }</style>",
    "<svg onload=\"document.title='owned'\"><animate onbegin=alert(1)></svg>",
    "<meta http-equiv=refresh content='0;url=https://attack.example/'><base href='https://attack.example/'>",
    '" autofocus onfocus="document.title=\'owned\'" x="',
    "' onmouseover='document.title=1' {{script}} {{title}} \0 \u2028 </title></textarea>",
    "<form action='https://attack.example/'><input name=a></form><button form=x formaction=javascript:1>",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


def page(folder: Path, exchanges: list[Exchange]) -> Path:
    recorded(folder / "archive", exchanges)
    file = folder / "page.html"
    file.write_bytes(exported(folder / "archive", "html", everything=True))
    return file


def opened(browser: Browser, file: Path) -> None:
    """Open the page; what was asked for before is another's."""
    browser.open(Path("/dev/null"))
    browser.requests(), browser.said(), browser.witness.asked.clear()
    browser.open(file)


def keep(browser: Browser, name: str) -> None:
    """Leave a picture where somebody wants to look at it."""
    if folder := os.environ.get("DECK_PICTURES"):
        (Path(folder) / f"{name}.png").write_bytes(browser.picture())


def test_keys_step_through_the_session(browser: Browser, tmp_path: Path) -> None:
    opened(browser, page(tmp_path, list(kafka_session.exchanges())))
    assert browser.run(HERE) == ""
    browser.press("j")
    assert browser.run(HERE) == "s1-0"
    browser.press("j", "\ue015", "k")  # the arrow down
    assert browser.run(HERE) == "s1-1"
    for key, letter in (("e", "e"), ("t", "t"), ("u", "u"), ("a", "a")):
        browser.press("g", key)
        first = browser.run(AT)
        assert letter in browser.run(MARKS)
        browser.press("G", key.upper())
        assert letter in browser.run(MARKS) and browser.run(AT) >= first
    browser.press("G")
    assert browser.run(HERE) == browser.run("return [...document.querySelectorAll('article')].at(-1).id")
    browser.press("g", "J", "J")
    assert browser.run("return document.querySelector('article.here').closest('.turn').id") == "t1-3"
    browser.press("K", "K")
    assert browser.run(HERE) == "s1-0"
    keep(browser, "export-page")
    assert browser.run("return document.querySelector('#place').textContent").startswith("step 1 of ")
    assert browser.said() == [] and browser.left() == []


def test_the_list_and_the_bars_lead_to_their_steps(browser: Browser, tmp_path: Path) -> None:
    opened(browser, page(tmp_path, list(kafka_session.exchanges())))
    browser.click(".list li:nth-child(3) a")
    assert browser.run(HERE) == "s1-2"
    assert browser.run("return document.querySelectorAll('.scrubber a').length") == 14
    browser.run(
        "document.querySelector('.scrubber a:nth-of-type(4)').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    assert browser.run("return document.querySelector('article.here').closest('.turn').id") == "t1-4"
    heights = browser.run(
        "return [...document.querySelectorAll('.scrubber rect:not(.hit)')].map(r => +r.getAttribute('height'))"
    )
    assert max(heights) == 100 and len(set(heights)) > 5


def test_filter_help_and_comparison(browser: Browser, tmp_path: Path) -> None:
    opened(browser, page(tmp_path, list(kafka_session.exchanges())))
    whole = browser.run(SHOWN)
    browser.press("/", *"npm test")
    some = browser.run(SHOWN)
    assert 0 < some < whole and browser.run(HERE) == ""
    keep(browser, "export-filter")
    browser.press("\ue007", "j")  # Enter
    assert "npm test" in browser.run("return document.querySelector('article.here').textContent")
    browser.press("\ue00c")  # Escape
    assert browser.run(SHOWN) == whole
    browser.press("?")
    assert browser.run("return document.querySelector('#keys').open") is True
    browser.press("j", "\ue00c")
    assert browser.run("return document.querySelector('#keys').open") is False
    browser.press("g", "J", "J", "d")
    assert browser.run("return document.querySelectorAll('.diff.open').length") == 1
    shown = browser.run("return document.querySelector('.diff.open').innerText")
    assert "2 messages unchanged" in shown or "1 message unchanged" in shown
    keep(browser, "export-diff")
    browser.press("d")
    assert browser.run("return document.querySelectorAll('.diff.open').length") == 0


def hostile() -> list[Exchange]:
    thread = Thread(Clock())
    made = []
    for number, attack in enumerate((*ATTACKS, HOSTILE)):
        call = {"type": "tool_use", "id": f"t{number}", "name": attack, "input": {attack: attack}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": attack, "is_error": True}
        picture = {"type": "base64", "media_type": "image/png\" onerror=\"document.title='owned'", "data": attack}
        asked = [text(attack), {"type": "image", "source": picture}] + ([result] if number else [])
        made.append(thread.send(asked, [text(attack), call]))
    broken = {"type": "error", "error": {"type": ATTACKS[0], "message": ATTACKS[1]}}
    made.append(replace(made[-1], status=500, response_body=json.dumps(broken).encode()))
    made.append(replace(made[-1], request_body=b"\xff\xfe" + ATTACKS[0].encode(), response_body=b"\xc3\x28\xff"))
    return [replace(each, started_ms=each.started_ms + number) for number, each in enumerate(made)]


def test_hostile_text_is_text(browser: Browser, tmp_path: Path) -> None:
    file = page(tmp_path, hostile())
    opened(browser, file)
    title = browser.run("return document.title")
    assert "owned" not in title.replace("document.title='owned'", "")
    assert (
        browser.run("return document.querySelectorAll('script, style, link, iframe, object, form, base, img').length")
        == 2
    )
    assert browser.run("return document.querySelectorAll('main a:not([href^=\"#\"])').length") == 0
    assert (
        browser.run(f"return {ELEMENTS}.filter(e => [...e.attributes].some(a => /^on|^style/.test(a.name))).length")
        == 0
    )
    for key in ("j", "J", "e", "d", "t", "G", "f"):
        browser.press(key)
    browser.click(".list li:nth-child(4) a")
    browser.press("/", *"<script>", "\ue007")
    assert browser.run(SHOWN) > 0
    keep(browser, "export-hostile")
    assert browser.run("return document.title") == title
    assert browser.requests() == [file.as_uri()]
    assert browser.left() == [] and browser.said() == []


def test_the_policy_holds_where_escaping_would_not(browser: Browser, tmp_path: Path) -> None:
    """What stands in the page as markup all the same does nothing, and the witness would have seen it.

    Frames and `preconnect` are left out: for these Chromium opens a connection before it asks the policy.
    """
    file = page(tmp_path, list(kafka_session.exchanges())[:2])
    attack = "".join((ATTACKS[0], ATTACKS[2], ATTACKS[3], ATTACKS[6]))
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("<main>", f"<main>{attack}", 1), "utf-8")
    opened(browser, file)
    assert browser.run("return document.title") != "owned"
    assert browser.run("return getComputedStyle(document.body).display") == "block"
    assert browser.left() == []
    refused = " ".join(browser.said())
    assert "violates the following Content Security Policy" in refused and "attack.example" in refused
    bare = tmp_path / "bare.html"
    bare.write_text("<!doctype html><img src='http://attack.example/a.png'>", "utf-8")
    opened(browser, bare)
    assert any("attack.example" in line for line in browser.left())


def test_it_is_whole_on_paper_and_without_its_script(browser: Browser, tmp_path: Path) -> None:
    long = "\n".join(f"line {number}" for number in range(200))
    thread = Thread(Clock())
    file = page(tmp_path, [thread.send([text("Ask.")], [text(long)]), thread.send([text("More.")], [text("Done.")])])
    opened(browser, file)
    tall = "return document.querySelector('article:nth-of-type(2) pre').clientHeight"
    folded = browser.run(tall)
    browser.press("j", "j", "f")
    unfolded = browser.run(tall)
    assert unfolded > 5 * folded
    browser.press("f", "/", *"nothing like it")
    assert browser.run(SHOWN) == 0
    browser.command("Emulation.setEmulatedMedia", media="print")
    visible = "return [...document.querySelectorAll('article, .diff')].every(e => e.getBoundingClientRect().height > 0)"
    assert browser.run(visible) and browser.run(tall) > 5 * folded
    assert browser.run("return getComputedStyle(document.querySelector('#bar')).display") == "none"
    browser.command("Emulation.setEmulatedMedia", media="")
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    opened(browser, file)
    assert browser.run(visible) and browser.run(tall) == unfolded
    browser.command("Emulation.setScriptExecutionDisabled", value=False)


def test_it_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    file = page(tmp_path, [*kafka_session.exchanges(), *hostile()])
    browser.command("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    opened(browser, file)
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth") is True
    assert browser.run("return getComputedStyle(document.querySelector('.list')).display") == "none"
    keep(browser, "export-phone")
    browser.command("Emulation.clearDeviceMetricsOverride")
