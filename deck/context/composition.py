"""Puts the composition of a turn's context together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from deck.compare.turns import turn_before
from deck.context.estimate import BYTES_A_TOKEN, shares
from deck.context.left import latest_loss
from deck.context.values import KINDS, Composition, Left, Part
from deck.context.window import Weighed, views_of, weigh, weigh_blocks
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from store.archive import Archive
from store.ids import from_hex


def compose(archive: Archive, rows: Rows, turns: Turns, id: str) -> Composition:
    """The composition of a turn, by its id."""
    views = views_of(turns, id)
    row = views[0].row
    weighed = list(weigh(views))
    weight = sum(each.weight for each in weighed)
    tokens = row.usage.context or weight // BYTES_A_TOKEN
    loss = latest_loss(archive, rows, turns, id)
    left = None
    if loss is not None:
        lost = sum(each.weight for each in weigh_blocks(loss.blocks))
        left = Left(loss.number, loss.turn, loss.edge, tokens * lost // weight if weight else 0, loss.blocks)
    found = turn_before(rows, id)
    before = rows.turn(from_hex(found[0])) if found is not None and found[1] else None
    return Composition(
        number=row.number,
        turn=id,
        tokens=tokens,
        reported=bool(row.usage.context),
        parts=_parts(weighed, tokens, rows.tool_calls(row)),
        before=before.number if before is not None else 0,
        before_tokens=before.usage.context if before is not None else 0,
        left=left,
    )


def _parts(weighed: Sequence[Weighed], tokens: int, calls: Mapping[str, int]) -> tuple[Part, ...]:
    weights: defaultdict[tuple[str, str], int] = defaultdict(int)
    items = Counter((each.kind, each.name) for each in weighed)
    for each in weighed:
        weights[each.kind, each.name] += each.weight
    order = sorted(weights, key=lambda key: (KINDS.index(key[0]), -weights[key], key))
    found = zip(order, shares([weights[key] for key in order], tokens), strict=True)
    return tuple(
        Part(kind, name, share, items[kind, name], calls.get(name, 0) if kind == "tools" else 0)
        for (kind, name), share in found
    )
