"""One writer of an archive: its own pack and journal, locked while it lives.

A commit is: one block appended to the pack, fdatasync; one record appended to the journal, fdatasync. The caller then
tells the index. Whoever can read the journal record can therefore read the turn. After any failed write the files are
left as they are and the writer goes on in new ones; `store.adopt` cuts torn tails and seals what a crashed writer left.
Use it from one thread.
"""

import contextlib
import errno
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from store import columns, journal
from store.archive import Archive
from store.encoding import Encoder
from store.ids import object_id
from store.journal import Record, Type
from store.large import long_strings
from store.pack import Block, PackWriter
from store.parts import Chain, Large, Part
from store.records import JSON_TAGS, KIND_OF, Tag, message_payload
from store.sharing import Sharing

PACK_BYTES = 32 << 20  # from which a pack is sealed: gc, fsck and a new index read a pack at a time
_TRIES = 3
_LARGE_KEPT = 64
_LARGE_BYTES = range(4 << 10, 256 << 10)  # of values that come with every request of a session, as tools do


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit put on disk, for the index: the record, the journal's size and chain value after it, the block."""

    writer: str
    record: Record
    journal_size: int
    chain: bytes
    block: Block | None
    objects: tuple[tuple[bytes, str], ...]  # (id, kind) of the block's records


class Writer:
    """Stages objects and commits them. Files are made at the first commit."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._files = archive.files
        self.name = ""
        self._pack: PackWriter | None = None
        self._journal = -1
        self._journal_size = 0
        self._chain = b""
        self._last_ms = 0
        self._frame: dict[bytes, int] = {}  # ids of the current frame -> place
        self._sharing = Sharing(archive)
        self._contents: dict[bytes, bytes] = {}  # message content -> message of the current frame with it
        self._large_ids: dict[bytes, bytes] = {}  # of large values that came in the current frame
        self._staged: list[tuple[Tag, bytes]] = []
        self._staged_ids: list[bytes] = []

    @property
    def is_full(self) -> bool:
        """Whether the pack is as large as packs get: close it, and the next commit goes to a new one."""
        return self._pack is not None and self._pack.size >= PACK_BYTES

    def begin(self) -> None:
        """Start staging one commit. Raises `OSError` where no files can be made."""
        if self._pack is None or self._pack.broken:
            self._open_files()
        assert self._pack is not None
        self._drop_staged()
        is_new_frame = self._pack.begin()
        self._sharing.begin(is_new_frame=is_new_frame)
        if is_new_frame:
            self._frame.clear()
            self._contents.clear()
            self._large_ids.clear()

    def _open_files(self) -> None:
        self.close()
        archive, files = self._archive, self._files
        for tries_left in range(_TRIES, 0, -1):
            last = max((ordinal(name) for name in files.names(archive.journals)), default=0)
            name = f"{last + 1:08x}-{secrets.token_hex(4)}"
            now = now_ms()
            head = journal.header(archive.id, now)
            try:
                descriptor, pack = _make_files(archive, name, head)
                break
            except (BlockingIOError, FileNotFoundError):  # taken for a dead writer's between its making and its lock
                if tries_left == 1:
                    raise
        self.name, self._journal, self._pack = name, descriptor, pack
        self._journal_size, self._chain = len(head), journal.seed(head)
        self._last_ms = max(self._last_ms, now)

    def has(self, wanted: bytes) -> bool:
        """Whether the object needs no storing: it is staged, in this writer's pack, or in a sealed one."""
        return wanted in self._frame or self._sharing.has(wanted, self.name)

    def look_up(self, ids: Sequence[bytes]) -> None:
        """This commit will be asked whether it has these objects (`has`), most of which are new."""
        self._sharing.look_up([each for each in ids if each not in self._frame], self.name)

    def blob(self, payload: bytes) -> bytes:
        """Stage bytes as they are.

        Like all but conversations and large values these are new with nearly every turn, so the index is not asked.
        """
        wanted = object_id("blob", payload)
        if wanted not in self._frame:
            self._stage(Tag.RAW, wanted, payload)
        return wanted

    def stream(self, wanted: bytes, payload: bytes) -> None:
        """Stage a response body under its id, as columns where it is an event stream."""
        if wanted not in self._frame:
            packed = columns.pack_stream(payload)
            self._stage(Tag.RAW if packed is None else Tag.STREAM, wanted, payload if packed is None else packed)

    def times(self, payload: bytes, stream_id: bytes, stream: bytes) -> bytes:
        """Stage chunk times of the response body ``stream``."""
        wanted = object_id("blob", payload)
        if wanted not in self._frame:
            packed = columns.pack_times(payload, stream)
            if packed is None:
                self._stage(Tag.RAW, wanted, payload)
            else:
                self._stage(Tag.TIMES, wanted, self._encoder().times(stream_id, packed))
        return wanted

    def body(self, wanted: bytes, payload: bytes, parts: Sequence[Part], tip: bytes | None) -> None:
        """Stage a request body as its parts; the messages up to ``tip`` are staged before."""
        if self.has(wanted):
            return
        ids = {part.data: self._large(part) for part in parts if isinstance(part, Large)}
        if parts and (ids or any(isinstance(part, Chain) for part in parts)):
            self._stage(Tag.RECIPE, wanted, self._encoder().recipe(wanted, parts, ids.__getitem__, tip))
        else:
            self._stage(Tag.RAW, wanted, payload)

    def _large(self, part: Large) -> bytes:
        data = part.data
        wanted = self._large_ids.get(data)
        if wanted is None:
            wanted = object_id("blob", data)
            if len(data) in _LARGE_BYTES and len(self._large_ids) < _LARGE_KEPT:
                self._large_ids[data] = wanted
        self.body(wanted, data, part.parts, None)
        return wanted

    def message(self, wanted: bytes, parent: bytes | None, content: bytes) -> None:
        """Stage a message of a conversation under its id, which this writer does not have yet (`has`)."""
        same = self._contents.get(content)
        if same is not None and len(content) > 64:
            self._stage(Tag.REPEAT, wanted, self._encoder().repeat(parent, same))
        elif parent is None and len(parts := long_strings(content)) > 1:
            ids = {part.data: self._large(part) for part in parts if isinstance(part, Large)}
            self._stage(Tag.OPENING, wanted, self._encoder().recipe(wanted, parts, ids.__getitem__, None))
            self._contents[content] = wanted
        else:
            self._stage(Tag.MESSAGE, wanted, self._encoder().message(parent, content))
            self._contents[content] = wanted

    def answer(self, parent: bytes | None, content: bytes, source: bytes) -> bytes:
        """Stage an answer rebuilt from the blob ``source``."""
        wanted = object_id("message", message_payload(parent, content, source))
        if wanted not in self._frame:
            self._stage(Tag.ANSWER, wanted, self._encoder().answer(parent, source, content))
        return wanted

    def json(self, kind: str, payload: bytes) -> bytes:
        """Stage a turn, run or note."""
        wanted = object_id(kind, payload)
        if wanted not in self._frame:
            self._stage(JSON_TAGS[kind], wanted, self._encoder().json(payload))
        return wanted

    def commit(self, kind: Type, wanted: bytes) -> Committed:
        """Make the staged objects and a journal record that names ``wanted`` durable. Raises `OSError` or `TooLarge`.

        Where nothing is staged (the record speaks of an object that is there), no block is written.
        """
        assert self._pack is not None
        block = self._pack.commit(self._staged) if self._staged else None
        self._last_ms = max(self._last_ms, now_ms())
        place = self._pack.frame_first + self._frame[wanted] if wanted in self._frame else 0
        record = Record(kind, self._last_ms, wanted, place, block.offset if block else 0)
        self._append(record)
        kinds = [(each, KIND_OF[tag]) for each, (tag, _data) in zip(self._staged_ids, self._staged, strict=True)]
        self._staged, self._staged_ids = [], []
        return Committed(self.name, record, self._journal_size, self._chain, block, tuple(kinds))

    def _append(self, record: Record) -> None:
        data = journal.encode(record, self._chain)
        try:
            self._files.append(self._journal, data)
            self._files.sync(self._journal)
            if self._files.is_gone(self._journal):
                raise FileNotFoundError(errno.ENOENT, "the archive was removed", str(self._archive.path))
        except OSError:
            if self._pack is not None:
                self._pack.broken = True  # a torn record may stand in the journal: nothing may follow it
            with contextlib.suppress(OSError):  # nobody may take it for a commit: it may never reach the disk
                self._files.truncate(self._journal, self._journal_size)
            raise
        self._journal_size += len(data)
        self._chain = data[-journal.CHAIN_BYTES :]

    def _encoder(self) -> Encoder:
        return Encoder(lambda wanted: self._frame.get(wanted, -1), len(self._frame))

    def _stage(self, tag: Tag, wanted: bytes, data: bytes) -> None:
        self._staged.append((tag, data))
        self._staged_ids.append(wanted)
        self._frame[wanted] = len(self._frame)

    def _drop_staged(self) -> None:
        for wanted in self._staged_ids:
            del self._frame[wanted]
        if self._staged_ids:
            self._contents = {key: value for key, value in self._contents.items() if value in self._frame}
        self._staged, self._staged_ids = [], []

    def close(self) -> None:
        """Seal pack and journal and give the locks back; idempotent."""
        if self._journal < 0:
            return
        try:
            if self._pack is not None and not self._pack.broken:
                self._append(Record(Type.SEAL, max(self._last_ms, now_ms())))
        finally:
            descriptor, self._journal = self._journal, -1
            pack, self._pack = self._pack, None
            try:
                self._files.close(descriptor)
            finally:
                if pack is not None:
                    pack.close()


def _make_files(archive: Archive, name: str, head: bytes) -> tuple[int, PackWriter]:
    """Make a journal, locked, and its pack. The journal gets its name when everything else is durable.

    So whoever finds a journal finds a whole header in it, and its pack; and nobody finds one that is not locked yet.
    """
    files = archive.files
    log, unborn, packed = (
        archive.journals / f"{name}.log",
        archive.journals / f"{name}.new",
        archive.packs / f"{name}.pack",
    )
    descriptor = files.create(unborn)
    try:
        if not files.try_lock(descriptor):
            raise BlockingIOError(errno.EAGAIN, "another process is clearing up after dead writers", str(unborn))
        files.append(descriptor, head)
        files.sync(descriptor)
        pack = PackWriter(files, packed, archive.id)
        try:
            files.sync_folder(archive.packs)
            files.rename(unborn, log)
            for folder in (archive.journals, archive.path):
                files.sync_folder(folder)
        except BaseException:
            pack.close()
            raise
    except BaseException:
        for path in (packed, log, unborn):
            with contextlib.suppress(OSError):
                files.remove(path)
        with contextlib.suppress(OSError):
            files.close(descriptor)
        raise
    return descriptor, pack


def ordinal(name: str) -> int:
    """The number a journal's name begins with; writers are ordered by it, whatever the clock says."""
    try:
        return int(name.partition("-")[0], 16)
    except ValueError:
        return 0


def now_ms() -> int:
    """The wall clock in Unix ms."""
    return time.time_ns() // 1_000_000
