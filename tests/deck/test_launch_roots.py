import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

from launching import ROOT

from deck.demo import authority
from deck.launch import roots


def test_a_bundle_holds_every_certificate_once_whatever_its_line_ends(tmp_path: Path) -> None:
    first, _ = authority.issue(tmp_path, "a.example")
    twice = tmp_path / "twice.pem"
    text = first.read_bytes()
    twice.write_bytes(b"# a comment\n" + text.replace(b"\n", b"\r\n") + text)
    assert roots.bundle([first, twice, tmp_path / "absent", tmp_path]) == text
    context = ssl.create_default_context(cadata=roots.bundle([first]).decode())
    assert context.cert_store_stats()["x509_ca"] == 1


def test_the_users_own_files_are_among_the_sources(tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs/one.pem").touch()
    (tmp_path / "certs/readme").touch()
    environ = {"REQUESTS_CA_BUNDLE": "/r.pem", "SSL_CERT_DIR": str(tmp_path / "certs"), "CURL_CA_BUNDLE": ""}
    found = list(roots.sources(environ))
    assert Path("/r.pem") in found
    assert tmp_path / "certs/one.pem" in found
    assert tmp_path / "certs/readme" not in found


def test_the_ca_is_made_once_and_is_private_however_many_ask(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "ca"
    threads = [threading.Thread(target=roots.ensure_ca, args=(folder,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    certificate = folder / roots.CA_CERTIFICATE
    before = certificate.read_bytes()
    assert roots.ensure_ca(folder).read_bytes() == before
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "mitmproxy-ca.pem").stat().st_mode) == 0o600


def test_replacing_a_bundle_leaves_nothing_else_behind(tmp_path: Path) -> None:
    target = tmp_path / "bundle.pem"
    target.write_text("old")
    roots.write_bundle(target, [])
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.pem"]
    assert target.read_bytes() == b""


def test_launching_imports_neither_mitmproxy_nor_textual() -> None:
    check = (
        "import sys, deck.launch.session, deck.importing, deck.demo.stage, deck.demo.agent\n"
        "raise SystemExit('mitmproxy' in sys.modules or 'textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
