"""Members that a configuration names are gone whatever form the JSON has, or the whole of it is."""

import json

import pytest
from masked_texts import KEY

from store.masking.body import BodyMasker
from store.masking.fields import FIELD, Fields, read_field
from store.masking.masking import Masking
from store.masking.stream import StreamMasker

MASKING = Masking(
    KEY, fields=Fields([read_field("metadata.user_id", "drop", "test"), read_field("a.n", "hash", "test")])
)
SECRET = "alice@example.org"
PLAIN = json.dumps({"metadata": {"user_id": SECRET}, "a": {"n": 5}})


def streamed(body: bytes) -> bytes:
    masker = StreamMasker(MASKING)
    return b"".join(masker.feed(body[at : at + 7]) for at in range(0, len(body), 7)) + masker.flush()


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        json.dumps(json.loads(PLAIN), indent=2),
        "\ufeff" + PLAIN,
        PLAIN + " " * 100,
        "\n" * 70 + PLAIN,
        PLAIN.replace("user_id", "user\\u005fid"),
        PLAIN.replace("metadata", "meta\\u0064ata"),
        "data: " + PLAIN + "\n\n",
        PLAIN + "\n" + PLAIN + "\n",
        "[" + PLAIN + ",\n" + PLAIN + "]",
    ],
)
def test_the_member_is_gone_and_the_rest_stays(body: str) -> None:
    out = BodyMasker(MASKING).mask(body.encode())
    assert SECRET.encode() not in out.data
    assert b"user" in out.data
    assert b'"n": 5' not in out.data
    assert streamed(body.encode()) == out.data
    assert streamed(out.data) == out.data


@pytest.mark.parametrize(
    "body",
    [
        PLAIN[:-1] + ', "deep": ' + "[" * 600 + "]" * 600 + "}",
        PLAIN + " and more",
        PLAIN[:-3],
        "data: {" + PLAIN + "\n\n",
        "data: " + PLAIN + " x\n\n",
        '{"b": 1}\n' + PLAIN + " x\n",
        "[" + PLAIN + ", {" + PLAIN + "}]",
    ],
)
def test_what_cannot_be_told_apart_goes_as_a_whole(body: str) -> None:
    out = BodyMasker(MASKING).mask(body.encode())
    assert SECRET.encode() not in out.data
    assert any(place.rule == FIELD and place.end - place.start >= len(PLAIN) - 5 for place in out.places)
    assert SECRET.encode() not in streamed(body.encode())
    assert streamed(out.data) == BodyMasker(MASKING).mask(out.data).data == out.data


@pytest.mark.parametrize(
    "body", [b"data: [DONE]\n\n", b"<html>502</html>\n", b": ping\n\n", b"event: end\n\n", b"plain text"]
)
def test_what_has_no_members_stays(body: bytes) -> None:
    assert BodyMasker(MASKING).mask(body) == (body, ())
    assert streamed(body) == body
