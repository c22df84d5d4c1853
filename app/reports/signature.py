"""Signs a report as JSON, and says of such a file whether it is what was signed. It knows nothing of what is in it.

A signed file is its own canonical form: one byte more or less is an alteration, wherever it stands. Who checks it needs
no secret; whose key it is, only a computer that made the key, or a person who compares the fingerprint, can tell.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.model.reconciliation import Verdict
from app.system.files import write_whole
from app.system.vault import Secret, SecretMissing, Vault

FORMAT: Final = "botones/conciliacion/1"
LARGEST: Final = 200_000_000
_ALGORITHM: Final = "Ed25519"
_MARKS: Final = (FORMAT.rpartition("/")[0].encode(), _ALGORITHM.encode())


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, with what the file says of itself where it can be believed that it says it."""

    verdict: Verdict
    fingerprint: str = ""
    content: Mapping[str, Any] | None = None


class Signer:
    """The key of one hotel on this computer, made at its first use and kept in the vault alone."""

    def __init__(self, vault: Vault, known_keys: Path) -> None:
        """Waits for the vault: not on a loop. Raises ``VaultError``, and ``OSError`` where the key is not noted."""
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(vault.get(Secret.SIGNING_KEY)))
        except SecretMissing:
            self._key = Ed25519PrivateKey.generate()
            vault.put(Secret.SIGNING_KEY, base64.b64encode(self._key.private_bytes_raw()).decode())
        self._public = self._key.public_key().public_bytes_raw()
        _remember(known_keys, self._public)

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self._public)

    def sign(self, content: Mapping[str, Any]) -> bytes:
        """Return the whole file."""
        body = {"format": FORMAT, "report": content}
        signature = {
            "algorithm": _ALGORITHM,
            "fingerprint": self.fingerprint,
            "public_key": _base64(self._public),
            "value": _base64(self._key.sign(canonical(body))),
        }
        return canonical(body | {"signature": signature}) + b"\n"


def check(data: bytes, known_keys: Path) -> Checked:
    """Say what a file is; never raises for what is in it."""
    try:
        whole = json.loads(data, parse_constant=_refuse, parse_float=_refuse)
        signature = whole["signature"]
        public = base64.b64decode(signature["public_key"], validate=True)
        value = base64.b64decode(signature["value"], validate=True)
        body = {"format": whole["format"], "report": whole["report"]}
        again = canonical(body | {"signature": signature}) + b"\n"
        Ed25519PublicKey.from_public_bytes(public).verify(value, canonical(body))
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error, InvalidSignature):
        return Checked(Verdict.ALTERED if any(mark in data for mark in _MARKS) else Verdict.NOT_OURS)
    fingerprint = fingerprint_of(public)
    # Base64 writes the same bytes in several ways, of which ours is one.
    rest = {
        "algorithm": _ALGORITHM,
        "fingerprint": fingerprint,
        "public_key": _base64(public),
        "value": _base64(value),
    }
    if again != data or body["format"] != FORMAT or any(signature.get(name) != said for name, said in rest.items()):
        return Checked(Verdict.ALTERED)
    known = fingerprint in _known(known_keys)
    return Checked(Verdict.VALID if known else Verdict.UNKNOWN_KEY, fingerprint, body["report"])


def canonical(value: object) -> bytes:
    """Return the one way to write a value: names in order, no blanks, no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def fingerprint_of(public: bytes) -> str:
    """Return a key's fingerprint, in groups that two people can read to each other."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _refuse(text: str) -> object:
    raise ValueError(text)


def _known(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _remember(path: Path, public: bytes) -> None:
    """Note the fingerprint: it is no secret, and a key that the vault forgets must stay known."""
    known = _known(path)
    if (fingerprint := fingerprint_of(public)) not in known:
        write_whole(path, json.dumps([*known, fingerprint]))
