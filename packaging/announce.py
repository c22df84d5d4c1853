"""Signs the announcement of a new version, for whoever publishes it. Needs a Python with cryptography (the .venv).

    python packaging/announce.py --new-key PRIVATE.pem        once: makes the pair, and prints the public half for
                                                             resources/updates/key.txt
    python packaging/announce.py PRIVATE.pem VERSION PAGE    prints the file to publish

The private half is kept by whoever publishes, never in the repository. It uploads nothing.
"""

import base64
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


def new_key(place: Path) -> str:
    """Write a new private key, readable by this user only, and return its public half."""
    key = Ed25519PrivateKey.generate()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def signed(place: Path, version: str, page: str) -> str:
    """Return the announcement with its signature, as ``app.connectors.updates`` reads it."""
    key = load_pem_private_key(place.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        sys.exit("Not an Ed25519 key")
    said = {"program": "botones", "version": version, "page": page, "issued": f"{datetime.now(UTC):%Y-%m-%d}"}
    data = json.dumps(said).encode()
    both = {"announcement": data, "signature": key.sign(data)}
    return json.dumps({name: base64.b64encode(value).decode() for name, value in both.items()})


def main(words: list[str]) -> None:
    if len(words) == 2 and words[0] == "--new-key":
        print(new_key(Path(words[1])))
    elif len(words) == 3:
        print(signed(Path(words[0]), words[1], words[2]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
