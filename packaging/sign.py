"""Signs a Windows program or installer with the builder's certificate, which never is in the repository.

BOTONES_SIGN_CERTIFICATE   the certificate with its key: a .p12/.pfx file (osslsigncode), or on Windows the SHA-1
                           thumbprint of one in the user's store (signtool, from the Windows SDK)
BOTONES_SIGN_PASSWORD_FILE the file whose first line opens the .p12; it is read by the signing tool only
BOTONES_SIGN_TIMESTAMP     the address of a timestamping service; without it the signature ends with the certificate

python3 packaging/sign.py FILE...      also how the installer has its uninstaller signed
python3 packaging/sign.py --try-out DIR   makes a certificate of its own there, for trying: nobody trusts it
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

NAME = "Botones"
THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")


class NotSigned(Exception):
    """The file could not be signed, and stays as it was."""


def has_certificate() -> bool:
    return bool(os.environ.get("BOTONES_SIGN_CERTIFICATE"))


def sign(file: Path) -> None:
    """Sign ``file`` in its place."""
    certificate = os.environ.get("BOTONES_SIGN_CERTIFICATE", "")
    stamp = os.environ.get("BOTONES_SIGN_TIMESTAMP")
    if THUMBPRINT.fullmatch(certificate):
        words = ["signtool", "sign", "/sha1", certificate, "/fd", "sha256", "/d", NAME]
        words += ["/tr", stamp, "/td", "sha256"] if stamp else []
        _run([*words, str(file)])
        return
    password = os.environ.get("BOTONES_SIGN_PASSWORD_FILE")
    signed = file.with_name(file.name + ".signed")
    signed.unlink(missing_ok=True)
    words = ["osslsigncode", "sign", "-pkcs12", certificate, "-h", "sha256", "-n", NAME]
    # The password is read by the tool itself: as an argument every program of the machine would see it.
    words += ["-readpass", password] if password else []
    words += ["-ts", stamp] if stamp else []
    _run([*words, "-in", str(file), "-out", str(signed)])
    shutil.copymode(file, signed)
    signed.replace(file)


def verify(file: Path, authority: Path) -> bool:
    """Say whether the signature of ``file`` holds and leads to ``authority``."""
    done = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", str(authority), "-in", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def make_own(folder: Path) -> dict[str, str]:
    """Make a certificate for trying, and return the environment that uses it."""
    folder.mkdir(parents=True, exist_ok=True)
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24) + "\n")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.p12"
    _run([
        "openssl", "req", "-x509", "-newkey", "rsa:3072", "-keyout", str(key), "-out", str(certificate), "-days", "30",
        "-nodes", "-subj", "/CN=Botones (prueba, no es de nadie)", "-addext", "extendedKeyUsage=codeSigning",
        "-addext", "keyUsage=digitalSignature",
    ])  # fmt: skip
    _run([
        "openssl", "pkcs12", "-export", "-inkey", str(key), "-in", str(certificate), "-passout", f"file:{password}",
        "-out", str(both),
    ])  # fmt: skip
    key.unlink()
    return {"BOTONES_SIGN_CERTIFICATE": str(both), "BOTONES_SIGN_PASSWORD_FILE": str(password)}


def _run(words: list[str]) -> None:
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotSigned(f"Falta {words[0]}.") from error
    if done.returncode:
        raise NotSigned(f"{words[0]}: {(done.stderr or done.stdout).strip()[-800:]}")


def main(words: list[str]) -> int:
    try:
        if words[:1] == ["--try-out"]:
            for name, value in make_own(Path(words[1])).items():
                print(f"export {name}={value}")
            return 0
        for word in words:
            sign(Path(word))
    except NotSigned as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
