"""What a power cut can leave of a `Disk`: any part of what was not synced.

A write is lost, kept, torn, or only its size arrives, as zeros, as somebody's old bytes, or with holes; a name that was
given, changed or taken away is so or not, each by itself whatever came before or after. All combinations are too many:
`power_cuts` gives those where all is lost, all is kept, or one thing differs from that, and some at random.
"""

import hashlib
import random
from collections.abc import Callable, Iterator

from disk import Cut, Disk, Inode, Naming, Tree, Write

Change = Write | Cut | Naming
Fate = Callable[[Change], Change | None]
Plan = dict[tuple[Inode, int], Fate]
SECTOR = 512


def lost(_change: Change) -> None:
    return None


def kept(change: Change) -> Change:
    return change


def torn(change: Write) -> Write:
    return change._replace(data=change.data[: len(change.data) // 2])


def only_size(change: Write) -> Write:
    return change._replace(data=bytes(len(change.data)))


def old_bytes(change: Write) -> Write:
    return change._replace(data=random.Random(len(change.data)).randbytes(len(change.data)))


def first_missing(change: Write) -> Write:
    hole = min(SECTOR, len(change.data) // 2)
    return change._replace(data=bytes(hole) + change.data[hole:])


def both_names(change: Naming) -> Naming:
    """Of a rename: the new name is there, the old one has not gone."""
    return Naming(tuple((name, inode) for name, inode in change.names if inode is not None))


def fates(change: Change) -> list[Fate]:
    """What can become of a change; the first is `lost`, the second `kept`."""
    if isinstance(change, Write):
        return [lost, kept, torn, only_size, old_bytes, first_missing]
    if isinstance(change, Naming) and len(change.names) > 1:
        return [lost, kept, both_names]
    return [lost, kept]


def power_cuts(disk: Disk, dice: random.Random, at_random: int, most: int) -> Iterator[Tree]:
    """States that a power cut now can leave, at most ``most`` of them; some may be equal."""
    pending = [(inode, n) for inode in _inodes(disk.root, {}) for n in range(len(inode.pending))]
    plans: list[tuple[Plan, Fate]] = []
    for base in (lost, kept):
        plans.append(({}, base))
        for inode, n in pending:
            plans += [({(inode, n): fate}, base) for fate in fates(inode.pending[n]) if fate is not base]
    if len(pending) > 1:
        at_once = [{(inode, n): dice.choice(fates(inode.pending[n])) for inode, n in pending} for _ in range(at_random)]
        plans += [(plan, lost) for plan in at_once]
    for plan, base in plans if len(plans) <= most else dice.sample(plans, most):
        yield _build(disk, plan, base)


def digest(tree: Tree) -> bytes:
    """Equal for equal trees only."""
    hasher = hashlib.blake2b(digest_size=16)
    for path in sorted(tree):
        content = tree[path]
        hasher.update(f"{path}\0{'folder' if content is None else len(content)}\0".encode())
        hasher.update(content or b"")
    return hasher.digest()


def _inodes(inode: Inode, seen: dict[Inode, None]) -> dict[Inode, None]:
    """All that a name leads to, now or on the disk, in a fixed order."""
    if inode not in seen:
        seen[inode] = None
        named = [*inode.settled.values(), *inode.entries.values()]
        named += [
            each for change in inode.pending if isinstance(change, Naming) for _name, each in change.names if each
        ]
        for each in named:
            _inodes(each, seen)
    return seen


def _build(disk: Disk, chosen: Plan, base: Fate) -> Tree:
    tree: Tree = {}

    def changes(inode: Inode) -> Iterator[Change]:
        for n, change in enumerate(inode.pending):
            became = chosen.get((inode, n), base)(change)
            if became is not None:
                yield became

    def build(folder: Inode, path: str) -> None:
        entries = folder.settled
        for change in changes(folder):
            entries = change.on(entries)
        for name, inode in entries.items():
            here = f"{path}/{name}"
            if inode.is_folder:
                tree[here] = None
                build(inode, here)
            else:
                content = inode.durable
                for change in changes(inode):
                    content = change.on(content)
                tree[here] = content

    build(disk.root, "")
    return tree
