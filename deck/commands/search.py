"""`deck search`: full text over every session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from deck.search.wanted import Tagged
    from deck.timeline import Timeline

NAME = "search"
_MOST = 20


def search(
    query: Annotated[str, 'words, "exact phrases" and beginnings of words (kaf*), all of which have to be there'] = "",
    *more: Annotated[str, "further words"],
    regex: Annotated[bool, "QUERY is a regular expression of RE2; every text is read, so this takes longer"] = False,
    role: Annotated[str | None, "only what user, assistant, tool (results) or system (also injected) said"] = None,
    tool: Annotated[str | None, "only calls and results of tools whose name holds this"] = None,
    error: Annotated[bool, "only errors, refusals and failed tools"] = False,
    model: Annotated[str | None, "only turns of models whose name holds this"] = None,
    agent: Annotated[str | None, "only turns of agents whose name holds this"] = None,
    session: Annotated[str | None, "only this session, or that of any turn"] = None,
    since: Annotated[str | None, "only turns from then on: 2026-11-21, 2026-11-21T14:30, or an age: 12h, 3d"] = None,
    until: Annotated[str | None, "only turns before then; a day counts with all of its hours"] = None,
    cost: Annotated[str | None, "only turns that cost at least so many dollars"] = None,
    tag: Annotated[str | None, "only turns that were recorded with this tag, or that it was put on"] = None,
    number: Annotated[int, "at most so many hits", "-n"] = _MOST,
    json: Annotated[bool, "as JSON, schema deck.search/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Find what was said, the newest first, by session.

    Texts, thoughts, calls, results and system prompts are searched. Case, accents and signs do not count: orders-v2 is
    the phrase "orders v2". Without a QUERY the newest of what the filters let pass is listed. Each hit begins with its
    address, which deck show and deck checkout take. A text is found where it was said first, however often it was sent
    again. Ends with 1 where nothing is found, with 5 where it may lie in what cannot be read. What is new since the
    last search is indexed first; the index lies beside the archive's own and may be deleted.
    """
    import sys
    import time

    from deck.diagnostics import DAMAGED, FAILED, OK, USAGE, Problem
    from deck.filters import Filter
    from deck.filters import since as begin
    from deck.filters import until as end
    from deck.locations import chosen_archive
    from deck.lost_turns import tell
    from deck.output import paged, print_json, screen_width
    from deck.progress import Progress
    from deck.render import cut, plural
    from deck.render_search import search_lines
    from deck.search.answer import answer_json, by_session
    from deck.search.searcher import first
    from deck.search.wanted import EVERYTHING, ROLES, Wanted
    from deck.timeline import Timeline

    query = " ".join((query, *more))
    if role is not None and role not in ROLES:
        raise Problem(f"--role {role[:40]!r}: roles are {', '.join(ROLES)}", code=USAGE)
    if number < 1:
        raise Problem("-n needs a number from 1 on", code=USAGE)
    now = int(time.time() * 1000)
    turns = Filter(model or "", agent or "", "", begin(since, now), end(until, now))
    wanted = Wanted(turns, tool=tool or "", role=role or "", errors=error, least_micro_usd=_micro_usd(cost))
    with Timeline.open(chosen_archive(archive)) as timeline:
        wanted = wanted._replace(
            session=_session(timeline, session) if session else "",
            tag=tag or "",
            tagged=_tagged(timeline, tag) if tag else None,
        )
        if not query.strip() and wanted == EVERYTHING:
            raise Problem("there is nothing to look for", "deck search WORDS, or a filter; deck search --help", USAGE)
        with timeline.searcher() as searcher, Progress() as progress:
            if not searcher.is_kept:
                print("deck: the archive cannot be written, so it is indexed for this once", file=sys.stderr)
            find = searcher.pattern if regex else searcher.words
            found = find(query, wanted, progress.show)  # what cannot be looked for is told before anything is indexed
            searcher.catch_up(progress.show)
            hits, left_out = first(found, number)
            unreadable = searcher.unreadable
        code = tell(timeline.lost_turns(), is_empty=not hits)
        groups = by_session(timeline, hits)
        if json:
            print_json("search", answer_json(groups, more=left_out, unreadable=unreadable))
        else:
            width = screen_width()
            with paged() as style:
                for line in search_lines(groups, style, timeline.short_digits(), width):
                    print(line if width is None else cut(line, width))
    if unreadable:
        print(f"deck: {plural(unreadable, 'text')} cannot be read; `deck fsck` says why", file=sys.stderr)
    if not hits:
        print("deck: nothing found", file=sys.stderr)
    if left_out and not json:
        print(f"deck: the newest {len(hits):,}; there are more (-n)", file=sys.stderr)
    if hits:
        return OK
    return code or (DAMAGED if unreadable else FAILED)


def _session(timeline: Timeline, rev: str) -> str:
    from store.errors import NotFound

    target = timeline.resolve(rev)
    if not target.session:
        raise NotFound(f"{rev[:80]!r} is a {target.kind}, which belongs to no session")
    return target.session


def _tagged(timeline: Timeline, name: str) -> Tagged | None:
    """The turn that a tag was put on, if there is one of that name."""
    from deck.search.wanted import Tagged
    from store.errors import NotFound

    try:
        target = timeline.resolve(f"tags/{name}")
    except NotFound:
        return None
    return Tagged(target.id, target.session) if target.session else None


def _micro_usd(dollars: str | None) -> int | None:
    if dollars is None:
        return None
    from decimal import Decimal, InvalidOperation

    from deck.diagnostics import USAGE, Problem

    try:
        amount = Decimal(dollars.removeprefix("$")) * 1_000_000
        return int(amount.to_integral_value())
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise Problem(f"--cost {dollars[:40]!r} is no amount of dollars", "deck search --cost 0.50", USAGE) from error
