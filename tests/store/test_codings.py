"""Content codings: every way of cutting a body gives the same, and no body can take more than its limit."""

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from store.codings import Decoder, decode


def _deflate_raw(data: bytes) -> bytes:
    codec = zlib.compressobj(wbits=-15)
    return codec.compress(data) + codec.flush()


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate (raw)": _deflate_raw,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
    "": bytes,
}
BODIES = st.binary(max_size=2000) | st.text("ab\n", max_size=3000).map(str.encode)


def _name(coding: str) -> str:
    return coding.split(" ")[0]


@pytest.mark.parametrize("coding", ENCODERS)
@settings(deadline=None)
@given(body=BODIES, cuts=st.lists(st.integers(0, 3000), max_size=8))
def test_every_chunking_gives_the_body(coding: str, body: bytes, cuts: list[int]) -> None:
    wire = ENCODERS[coding](body)
    decoder = Decoder(_name(coding), 10_000)
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    parts = [decoder.feed(wire[a:b]) for a, b in itertools.pairwise(edges)]
    assert b"".join(parts) == body
    assert decoder.failed == ""
    assert decode(wire, _name(coding)).data == body


@pytest.mark.parametrize("coding", ENCODERS)
@settings(deadline=None)
@given(body=BODIES, cut=st.integers(0, 3000))
def test_a_cut_stream_gives_a_prefix_and_is_no_failure(coding: str, body: bytes, cut: int) -> None:
    got = decode(ENCODERS[coding](body)[:cut], _name(coding))
    assert body.startswith(got.data)
    assert got.failed == ""


@pytest.mark.parametrize("coding", ENCODERS)
@settings(deadline=None)
@given(noise=st.binary(max_size=300))
def test_noise_never_raises_nor_passes_the_limit(coding: str, noise: bytes) -> None:
    assert len(decode(noise, _name(coding), 50).data) <= 50


@pytest.mark.parametrize("coding", [c for c in ENCODERS if c not in ("", "identity")])
def test_trailing_garbage_fails_but_keeps_the_body(coding: str) -> None:
    got = decode(ENCODERS[coding](b"body") + b"garbage" * 20, _name(coding))
    assert got.failed
    decoder = Decoder(_name(coding), 100)
    assert decoder.feed(ENCODERS[coding](b"body")) == b"body"
    assert decoder.feed(b"garbage" * 20) == b""
    assert decoder.failed


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_and_frames_follow_each_other(coding: str) -> None:
    encode = ENCODERS[coding]
    wire = encode(b"one ") + encode(b"") + encode(b"two")
    assert decode(wire, coding).data == b"one two"
    decoder = Decoder(coding, 100)
    assert b"".join(decoder.feed(wire[i : i + 1]) for i in range(len(wire))) == b"one two"
    assert decoder.failed == ""


def test_codings_are_undone_in_reverse_order() -> None:
    assert decode(brotli.compress(gzip.compress(b"both")), "gzip, br").data == b"both"
    assert decode(gzip.compress(b"one"), " GZIP , identity").data == b"one"


def test_what_it_cannot_undo_is_said() -> None:
    assert decode(b"x", "rot13").failed == "unknown content coding 'rot13'"
    assert decode(b"x", "gzip," * 5).failed


@pytest.mark.parametrize("coding", [c for c in ENCODERS if c])
def test_output_may_fill_the_limit_and_not_one_byte_more(coding: str) -> None:
    wire = ENCODERS[coding](b"x" * 1000)
    assert decode(wire, _name(coding), 1000).failed == ""
    over = decode(wire, _name(coding), 999)
    assert over.data == b"x" * 999
    assert "limit" in over.failed


def _zstd_bomb() -> bytes:
    bomb = zstandard.ZstdCompressor(level=19).compressobj(size=2**30)
    piece = bytes(2**24)
    return b"".join(bomb.compress(piece) for _ in range(64)) + bomb.flush()


@pytest.mark.parametrize(
    ("coding", "make"),
    [
        ("gzip", lambda: gzip.compress(bytes(2**26))),
        ("deflate", lambda: zlib.compress(bytes(2**26))),
        ("br", lambda: brotli.compress(bytes(2**26))),
        ("zstd", _zstd_bomb),
        ("gzip, gzip", lambda: gzip.compress(gzip.compress(bytes(2**26)))),
    ],
    ids=["gzip", "deflate", "br", "zstd", "stacked"],
)
def test_a_bomb_stops_at_the_limit(coding: str, make: Callable[[], bytes]) -> None:
    bomb = make()
    tracemalloc.start()
    got = decode(bomb, coding, 2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got.data == bytes(2**20)
    assert "limit" in got.failed
    # brotli gives up to one 16 MB block, zstd 8 MB (and joins copies of it) before it can be stopped
    assert peak < {"br": 64, "zstd": 24}.get(coding, 8) * 2**20


def test_a_zstd_window_over_the_allowed_size_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=30)
    codec = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert decode(codec.compress(b"x") + codec.flush(), "zstd").failed.startswith("zstd: ")


def test_endless_empty_gzip_members_are_refused() -> None:
    assert decode(gzip.compress(b"") * 20_000, "gzip").failed


def test_what_a_cut_zstd_stream_had_flushed_comes_out_whole() -> None:
    body = b"data: one more event\n\n" * 20_000
    codec = zstandard.ZstdCompressor().compressobj()
    wire = codec.compress(body) + codec.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    assert decode(wire, "zstd").data == body


def test_endless_empty_zstd_frames_are_refused() -> None:
    assert decode(zstandard.compress(b"") * 20_000, "zstd").failed
