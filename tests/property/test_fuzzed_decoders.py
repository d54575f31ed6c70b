"""Whatever bytes stand in a pack, journal or spool file: only the documented errors, in bounded time and memory."""

import contextlib
import random
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from damage import contents, make_small, small_exchanges
from hypothesis import given, settings
from hypothesis import strategies as st

from store import chunks, columns, format_file, journal, pack, spool_exchange, spool_frames
from store.archive import Archive
from store.errors import Damaged, NotAnArchive, StoreError
from store.fsck import examine
from store.ids import MAX_OBJECT
from store.pack import NEW_FRAME, FrameReader
from store.records import Decoder, Tag
from store.relocate import take_apart
from store.survey import survey_journal, survey_pack
from store.varint import Cursor, put, put_bytes

ID = bytes(range(32))
ARCHIVE_ID = bytes(16)
BLOB = b"a blob of some length " * 3
FUZZ = settings(max_examples=60, deadline=None)


class Shelf:
    """A `Source` that has every object: a blob, and a conversation of three messages."""

    def __init__(self, blob: bytes = BLOB) -> None:
        self._blob = blob

    def id_at(self, place: int) -> bytes:
        return ID

    def blob(self, object_id: bytes) -> bytes:
        return self._blob

    def elements(self, tip: bytes, count: int) -> list[bytes]:
        if count > 3:
            raise Damaged("a conversation is shorter than its turn says")
        return [b'{"role":"user"}'] * count

    def content(self, message: bytes) -> bytes:
        return b'{"role":"user"}'


def decode(tag: Tag, data: bytes, source: Shelf) -> None:
    """Everything that reading a record can ask of it."""
    for ask in (Decoder.payload, Decoder.shell, Decoder.message, Decoder.references, Decoder.stored_id):
        with contextlib.suppress(Damaged):
            ask(Decoder(tag, data, 2, source))
    with contextlib.suppress(Damaged):
        take_apart(tag, data, 2, source.id_at)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("fuzz") / "a"
    make_small(path)
    return contents(path)


def mutated(data: bytes, seed: int) -> bytes:
    """A few bytes changed, taken out, doubled or put in."""
    dice = random.Random(seed)
    out = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(out) + 1)
        match dice.randrange(4):
            case 0 if at < len(out):
                out[at] = dice.randrange(256)
            case 1:
                del out[at : at + dice.randint(1, 40)]
            case 2:
                out[at:at] = out[max(0, at - dice.randint(1, 80)) : at]
            case _:
                out[at:at] = dice.randbytes(dice.randint(1, 20))
    return bytes(out)


@FUZZ
@given(st.sampled_from(list(Tag)), st.binary(max_size=120))
def test_records_of_any_bytes(tag: Tag, data: bytes) -> None:
    decode(tag, data, Shelf())


@FUZZ
@given(st.binary(max_size=200), st.binary(max_size=60))
def test_columns_and_chunk_times_of_any_bytes(data: bytes, stream: bytes) -> None:
    with contextlib.suppress(Damaged):
        columns.unpack_stream(data)
    with contextlib.suppress(Damaged):
        columns.unpack_times(data, stream)
    with contextlib.suppress(Damaged):
        list(chunks.decode(data))


@FUZZ
@given(st.binary(max_size=400))
def test_files_of_any_bytes(data: bytes) -> None:
    survey_pack(data)
    list(survey_journal(data, ARCHIVE_ID))
    spool_exchange.rebuild(spool_frames.beginning(7) + data, bytes)
    with contextlib.suppress(NotAnArchive):
        format_file.parse(data)
    with contextlib.suppress(Damaged):
        list(journal.records(data, bytes(16), 0))
    with contextlib.suppress(Damaged):
        FrameReader(0).feed(NEW_FRAME | 20 << 1, 0, data)


@pytest.mark.parametrize("seed", range(120))
def test_mutated_real_files(small: dict[str, bytes], seed: int) -> None:
    for name, data in small.items():
        wild = mutated(data, seed)
        survey = survey_pack(wild)
        assert sum(block.stop - block.start for block in survey.blocks) <= len(wild)
        lines = list(survey_journal(wild, ARCHIVE_ID))
        assert len(lines) == max(0, len(wild) // journal.RECORD_BYTES - 1), name


def spooled() -> bytes:
    """A spool file of one whole exchange."""
    (exchange,) = small_exchanges(1, "spooled")
    frames = [
        spool_frames.pack(
            spool_frames.Kind.REQUEST_HEAD,
            0,
            spool_exchange.request_head(exchange, exchange.url, exchange.request_headers, "2", 1),
            7,
        )
    ]
    frames.append(spool_frames.pack(spool_frames.Kind.REQUEST_DATA, 1, exchange.request_body, 7))
    head = spool_exchange.response_head(200, exchange.response_headers)
    frames.append(spool_frames.pack(spool_frames.Kind.RESPONSE_HEAD, 2, head, 7))
    frames.append(spool_frames.pack(spool_frames.Kind.RESPONSE_DATA, 3, exchange.response_body, 7))
    return spool_frames.beginning(7) + b"".join(frames)


@pytest.mark.parametrize("seed", range(300))
def test_mutated_spool_files(seed: int) -> None:
    whole = spooled()
    kept = spool_exchange.rebuild(whole, bytes)
    assert kept is not None and kept.exchange.response_body
    rebuilt = spool_exchange.rebuild(mutated(whole, seed), bytes)
    assert rebuilt is None or len(rebuilt.exchange.response_body) <= len(whole)


def crafted(content: bytes) -> bytes:
    """A pack of one block with a checksum that fits."""
    codec = zstandard.ZstdCompressor().compressobj()
    data = codec.compress(content) + codec.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return pack.header(ARCHIVE_ID) + pack.block(NEW_FRAME, len(content), 0, data)


def of_records(*records: tuple[Tag, bytes]) -> bytes:
    content = bytearray()
    for tag, data in records:
        content.append(tag)
        put_bytes(content, data)
    return bytes(content)


ANY_RECORDS = st.lists(st.tuples(st.sampled_from(list(Tag)), st.binary(max_size=80)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(records=ANY_RECORDS)
def test_a_crafted_pack_in_an_archive(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[Tag, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("crafted") / "a"
    archive = Archive.create(path)
    archive.close()
    (path / "FORMAT").write_bytes(format_file.encode(ARCHIVE_ID, (path / "key").read_bytes()))
    (path / "index" / "index.sqlite").unlink()
    (path / "objects" / "pack" / "00000001-00000000.pack").write_bytes(crafted(of_records(*records)))
    with Archive.open(path) as opened:
        for (wanted,) in opened.index.db.execute("SELECT id FROM objects").fetchall():
            with contextlib.suppress(StoreError):
                opened.get(wanted)
    examine(path)


def recipe(*parts: bytes) -> bytes:
    out = bytearray(ID)
    put(out, len(parts))
    return bytes(out) + b"".join(parts)


BLOB_PART = b"\x01\x01"  # the blob at place 0


def test_a_recipe_that_names_a_long_blob_a_million_times_stops() -> None:
    with pytest.raises(Damaged, match="unfolds"):
        Decoder(Tag.RECIPE, recipe(*[BLOB_PART] * 1_000_000), 2, Shelf(bytes(1 << 20))).payload()
    with pytest.raises(Damaged, match="unfolds"):
        Decoder(Tag.RECIPE, recipe(*[BLOB_PART] * 1_000_000), 2, Shelf(bytes(1 << 20))).shell()


def test_a_recipe_has_one_conversation() -> None:
    talk = bytearray(b"\x02\x01")
    put(talk, 3)
    put_bytes(talk, b",")
    put(talk, 0)
    assert Decoder(Tag.RECIPE, recipe(bytes(talk)), 2, Shelf()).payload().count(b"role") == 3
    with pytest.raises(Damaged, match="cannot have"):
        Decoder(Tag.RECIPE, recipe(bytes(talk), bytes(talk)), 2, Shelf()).payload()
    with pytest.raises(Damaged, match="cannot have"):
        Decoder(Tag.RECIPE, recipe(bytes(talk), bytes(talk)), 2, Shelf()).shell()


def test_cuts_go_forward_only() -> None:
    for cuts in ([(3, [(4, b"x"), (2, b"y")])], [(3, [(99, b"x")])], [(2, [(1, b"x")]), (2, [(1, b"x")])]):
        talk = bytearray(b"\x02\x01")
        put(talk, 3)
        put_bytes(talk, b",")
        put(talk, len(cuts))
        for from_end, each in cuts:
            put(talk, from_end)
            put(talk, len(each))
            for at, data in each:
                put(talk, at)
                put_bytes(talk, data)
        with pytest.raises(Damaged, match="cut"):
            Decoder(Tag.RECIPE, recipe(bytes(talk)), 2, Shelf()).payload()


def test_columns_whose_shapes_repeat_endlessly_stop() -> None:
    out = bytearray()
    put(out, 100_000)
    put_bytes(out, bytes(1 << 20))  # one shape of 1 MiB
    put_bytes(out, bytes(100_000))  # and every event has it
    for _ in range(4):
        put_bytes(out, b"")
    with pytest.raises(Damaged, match="longer"):
        columns.unpack_stream(bytes(out))


def test_a_block_gives_no_more_than_it_declares() -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(1 << 30))
    assert len(bomb) < 50_000
    for bits in (10, 20, 31):
        with pytest.raises(Damaged):
            FrameReader(0).feed(NEW_FRAME | bits << 1, 0, bomb)


def test_a_frame_that_never_ends_is_refused() -> None:
    reader, codec = FrameReader(0), zstandard.ZstdCompressor().compressobj()
    content = of_records((Tag.RAW, bytes((1 << 24) - 10)))
    with pytest.raises(Damaged, match="longer than any writer"):
        for number in range(20):
            data = codec.compress(content) + codec.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            reader.feed((NEW_FRAME if number == 0 else 0) | len(content).bit_length() << 1, number, data)
    assert reader.frame.size <= pack.MAX_FRAME + len(content)


def test_deep_chains_of_recipes_are_refused_and_do_not_recurse(tmp_path: Path) -> None:
    path = tmp_path / "a"
    Archive.create(path).close()
    (path / "FORMAT").write_bytes(format_file.encode(ARCHIVE_ID, (path / "key").read_bytes()))
    (path / "index" / "index.sqlite").unlink()
    depth = 5_000
    names = [number.to_bytes(32, "big") for number in range(depth)]
    rows = [(Tag.RECIPE, own + b"\x01\x01\x00" + after) for own, after in pairwise(names)]
    (path / "objects" / "pack" / "00000001-00000000.pack").write_bytes(crafted(of_records(*rows)))
    with Archive.open(path) as archive, pytest.raises(Damaged, match="nested"):
        archive.get(names[0])


def test_numbers_end() -> None:
    with pytest.raises(Damaged):
        Cursor(b"\xff" * 40).varint()
    assert MAX_OBJECT < 1 << 30
