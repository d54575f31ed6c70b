"""Names of tags: what git takes, but nothing that means something else."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadName
from store.ref_names import check, is_name

GOOD = ["v1", "base/first", "a.b", "größe", "@x", "x@", "beef", "a-b_c+d", "sessions/x", "1", "x" * 200]
BAD = [
    *("", ".", "..", "a..b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{b", "a b", "a~1"),
    *("a^", "a:b", "a?", "a*", "a[", "a\\b", "-a", "HEAD", "a" * 64, "x" * 201, "a\nb", "a\x1bb", "a\u202eb", "a\x00"),
    *("../../etc/passwd", "a/../b", "\ud800"),
]


@pytest.mark.parametrize("name", GOOD)
def test_good_names(name: str) -> None:
    assert check(name) == name


@pytest.mark.parametrize("name", BAD)
def test_bad_names(name: str) -> None:
    with pytest.raises(BadName):
        check(name)


@given(st.text(st.sampled_from("a./@{-~^:?*[\\ lock"), max_size=8))
def test_what_git_refuses_is_refused(name: str) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git to compare with")
    takes = subprocess.run([git, "check-ref-format", f"refs/tags/{name}"], check=False).returncode == 0
    assert takes or not is_name(name)
    if takes and not name.startswith("-") and name != "@":
        assert is_name(name)
