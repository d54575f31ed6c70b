"""The CA that the proxy signs with, and bundles of root certificates.

``SSL_CERT_FILE`` and its kin *replace* a client's roots, so the agent gets one file with everything it would have
trusted (the system's roots, certifi's, and whatever files its own variables named) plus the proxy's CA. The same roots
without that CA are what the proxy itself checks servers against, so that a company's own CA goes on working.
"""

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from deck.diagnostics import Problem
from store.files import FILES

CA_VARIABLES = (
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "CODEX_CA_CERTIFICATE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
)
CA_CERTIFICATE = "mitmproxy-ca-cert.pem"
BUNDLE = "bundle.pem"
CA_KEY = "mitmproxy-ca.pem"
_MAKE_CA = (
    "import os, sys; os.umask(0o077)\n"
    "from mitmproxy.certs import CertStore; CertStore.from_store(sys.argv[1], 'mitmproxy', 2048)"
)
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def private_folder(folder: Path) -> Path:
    """The folder, made if absent, for its owner only (0700). Raises `Problem` where it is not the user's own."""
    FILES.make_folder(folder)
    if not FILES.is_folder(folder) or FILES.status(folder).st_uid != os.getuid():
        raise Problem(
            f"{folder} is not your own folder, so a CA in it may be somebody else's.", f"Look at it: ls -ld {folder}"
        )
    FILES.make_private(folder)
    return folder


def ensure_ca(folder: Path) -> Path:
    """The CA certificate in ``folder``; CA and folder (0700) are made if absent, once even if two launchers race.

    Raises `Problem` where it cannot be made.
    """
    lock = FILES.open_folder(private_folder(folder))
    certificate = folder / CA_CERTIFICATE
    try:
        FILES.lock(lock)
        if not (certificate.exists() and (folder / CA_KEY).exists()):
            command = [sys.executable, "-P", "-c", _MAKE_CA, str(folder)]
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                reason = made.stderr.strip().splitlines()[-1:] or ["no reason given"]
                raise Problem(f"the proxy's CA cannot be made in {folder}: {reason[0]}")
    finally:
        FILES.close(lock)
    return certificate


def sources(environ: Mapping[str, str]) -> Iterator[Path]:
    """The files of root certificates that the user's programs use, most of them by default."""
    import certifi

    defaults = ssl.get_default_verify_paths()
    yield from (Path(path) for path in (defaults.openssl_cafile, defaults.cafile, certifi.where()) if path)
    yield from (Path(environ[name]) for name in CA_VARIABLES if environ.get(name))
    folder = environ.get("SSL_CERT_DIR", "")
    for part in folder.split(os.pathsep) if folder else ():
        yield from sorted(path for path in Path(part).glob("*") if path.suffix in (".pem", ".crt", ".0"))


def certificates(data: bytes) -> list[bytes]:
    """The certificates in a PEM text, with the line ends of Unix."""
    return [certificate.replace(b"\r\n", b"\n") for certificate in _CERTIFICATE.findall(data)]


def bundle(files: Iterable[Path]) -> bytes:
    """All certificates of the files, each once, as one PEM text; unreadable files add none."""
    found: dict[bytes, None] = {}
    for path in files:
        try:
            data = path.read_bytes()
        except OSError:  # the user's variable names a file that is not there: no worse than without us
            continue
        found |= dict.fromkeys(certificates(data))
    return b"".join(certificate + b"\n" for certificate in found)


def write_bundle(target: Path, files: Iterable[Path]) -> Path:
    """Write `bundle` to ``target``, replacing it whole, so that no client ever reads half of it."""
    FILES.replace(target, bundle(files))
    return target
