"""Agents that talk to a model, for the corpus of links: each says, as it asks, which turn it goes on from and how.

The driver knows that because it makes the situation; the linker sees only the exchanges.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from link_dialects import Dialect, Entry, Said, Told, Who

from store.archive import Archive
from store.exchange import Exchange, Outcome
from store.record import Recorder

Edge = tuple[str, str]  # (label of the parent, kind)
LENGTH = 400  # ms that an exchange takes


@dataclass
class Expected:
    """What the driver knows of one turn."""

    label: str
    edges: list[Edge]
    thread: str | None
    ambiguous: bool


@dataclass
class Agent:
    """One line of conversation; ``history`` is what it sends next time, to be changed at will."""

    driver: "Driver"
    who: Who = field(default_factory=Who)
    run: str = ""
    history: list[Entry] = field(default_factory=list)

    def ask(
        self,
        *told: str | Told,
        says: str | Said = "I see.",
        edges: Sequence[Edge] = (),
        echo: str | Said | None = None,
        **more: Any,
    ) -> str:
        """Say something and hear the answer; gives the turn's label. ``echo``: how the answer is remembered."""
        self.history += [Told(each) if isinstance(each, str) else each for each in told]
        said = Said(says) if isinstance(says, str) else says
        label = self.driver.send(self.history, self.who, said, edges, run=self.run, **more)
        remembered = said if echo is None else Said(echo) if isinstance(echo, str) else echo
        if more.get("status", 200) == 200 and (remembered.text or remembered.calls):
            self.history.append(remembered)
        return label

    def copy(self, **changed: Any) -> "Agent":
        """Another agent with the same history."""
        who = Who(
            **{
                **self.who.__dict__,
                **{name: changed.pop(name) for name in tuple(changed) if name in Who.__annotations__},
            }
        )
        return Agent(self.driver, who, changed.get("run", self.run), list(self.history))


class Driver:
    """Records what its agents do, one exchange after the other unless they overlap on purpose."""

    def __init__(self, dialect: Dialect, path: Path) -> None:
        self.dialect = dialect
        self.archive = Archive.create(path)
        self.expected: list[Expected] = []
        self.ids: dict[str, str] = {}
        self._recorder = Recorder(self.archive)
        self._now = 1_000_000

    def agent(self, session: str = "", thread: str = "", run: str = "") -> Agent:
        """A new agent."""
        return Agent(self, Who(session, thread), run)

    def send(
        self,
        history: list[Entry],
        who: Who,
        said: Said,
        edges: Sequence[Edge],
        *,
        run: str = "",
        status: int = 200,
        label: str = "",
        thread: str | None = None,
        ambiguous: bool = False,
        at: int | None = None,
        change: Any = None,
    ) -> str:
        """Record one exchange. ``at`` moves its start by so many ms, ``change`` rewrites the request's body."""
        number = len(self.expected)
        label = label or f"t{number}"
        sent = self.dialect.request(history, who)
        body = sent.body if change is None else change(sent.body)
        kind, answer = self.dialect.answer(said, number) if status == 200 else ("application/json", b"")
        started = self._now if at is None else self._now + at
        exchange = Exchange(
            method="POST",
            url=sent.url,
            request_headers=((b"content-type", b"application/json"), *sent.headers),
            request_body=json.dumps(body, separators=(",", ":")).encode(),
            started_ms=started,
            status=status,
            response_headers=((b"content-type", kind.encode()),),
            response_body=answer or self.dialect.failure(status),
            first_byte_ms=LENGTH // 2,
            end_ms=LENGTH,
            outcome=Outcome.CLIENT_ABORTED if said.cut else Outcome.COMPLETE,
            run=run,
        )
        self.ids[label] = self._recorder.record(exchange).turn.hex()
        self.expected.append(Expected(label, list(edges), thread, ambiguous))
        if at is None:
            self._now += 1_000
        return label

    def close(self) -> None:
        """Let the archive be opened by somebody else."""
        self._recorder.close()

    def found(self, archive: Archive) -> list[Expected]:
        """What an archive says of the same turns."""
        names = {turn: label for label, turn in self.ids.items()}
        result: list[Expected] = []
        for each in self.expected:
            turn = json.loads(archive.get_kind(bytes.fromhex(self.ids[each.label]), "turn"))
            rows = archive.index.db.execute(
                "SELECT parent, kind FROM parents WHERE turn = ? ORDER BY n", (bytes.fromhex(self.ids[each.label]),)
            )
            edges = [(names[bytes(parent).hex()], str(kind)) for parent, kind in rows]
            thread = None if each.thread is None else turn["thread"]
            result.append(Expected(each.label, edges, thread, "ambiguous-parent" in turn["notes"]))
        return result
