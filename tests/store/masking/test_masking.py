"""What an archive's masking learns."""

from store.masking.masking import Masking

VALUES = [b"wonderful-key-%04d" % n for n in range(40)]


def known(masking: Masking) -> list[bytes]:
    return [value for value in VALUES if masking.hits(b"a text with %b in it" % value)]


def test_of_all_that_was_learned_the_last_values_count() -> None:
    masking = Masking(bytes(32))
    for value in VALUES:
        masking.learn([value])
    assert known(masking) == VALUES[-32:]
    masking.learn([VALUES[-32]])  # now it is the latest
    masking.learn([VALUES[0]])
    assert known(masking) == sorted({VALUES[0], *VALUES[-32:]} - {VALUES[-31]})


def test_headers_without_end_do_not_keep_whoever_learns_them() -> None:
    masking = Masking(bytes(32))
    finder = masking.finder
    masking.learn(VALUES)
    assert known(masking) == VALUES[:8]
    masking.learn([b"k1" * 2000, b"k2" * 2000, b"k3" * 2000])
    assert not masking.hits(b"k3" * 2000) and masking.hits(b"k2" * 2000)
    assert finder is not masking.finder


def test_a_value_that_is_too_long_keeps_no_other_from_being_learned() -> None:
    masking = Masking(bytes(32))
    masking.learn([b"k1" * 5000, VALUES[0]])
    assert known(masking) == VALUES[:1]


def test_what_was_learned_before_is_not_compiled_again() -> None:
    masking = Masking(bytes(32))
    masking.learn(VALUES[:3])
    finder = masking.finder
    masking.learn(VALUES[:3])
    assert masking.finder is finder
