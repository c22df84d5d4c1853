"""The winget manifests hold what Microsoft's schema 1.6.0 asks of the fields that we use, and name the right file."""

import hashlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "winget.py"
ADDRESS = "https://botones.example/Botones-0.1.0-instalador.exe"
FILE_NAME = re.compile(r"Botones\.Botones(\.installer|\.locale\.es-CO)?\.yaml")
# Our reading of the published schema, of the fields in our manifests only: an unknown one is a mistake.
TEXT = {"type": "string"}
HEAD = {
    "PackageIdentifier": {"type": "string", "pattern": r"^[^.\s/\\:*?\"<>|]{1,32}(\.[^.\s/\\:*?\"<>|]{1,32}){1,7}$"},
    "PackageVersion": {"type": "string", "pattern": r"^[^\\/:*?\"<>|]+$", "maxLength": 128},
    "ManifestType": TEXT,
    "ManifestVersion": {"const": "1.6.0"},
}
INSTALLER = {
    "Platform": {"type": "array", "items": {"enum": ["Windows.Desktop", "Windows.Universal"]}},
    "MinimumOSVersion": {"type": "string", "pattern": r"^\d{1,5}(\.\d{1,5}){0,3}$"},
    "InstallerType": {"enum": ["exe", "inno", "nullsoft", "wix", "msi", "msix"]},
    "Scope": {"enum": ["user", "machine"]},
    "UpgradeBehavior": {"enum": ["install", "uninstallPrevious"]},
    "InstallModes": {"type": "array", "items": {"enum": ["interactive", "silent", "silentWithProgress"]}},
    "InstallerSwitches": {
        "type": "object",
        "properties": {"Silent": TEXT, "SilentWithProgress": TEXT},
        "additionalProperties": False,
    },
    "ProductCode": {"type": "string", "minLength": 1, "maxLength": 255},
    "ReleaseDate": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "Installers": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {
                "Architecture": {"enum": ["x86", "x64", "arm64"]},
                "InstallerUrl": {"type": "string", "pattern": "^https://.+$", "maxLength": 2048},
                "InstallerSha256": {"type": "string", "pattern": "^[A-Fa-f0-9]{64}$"},
            },
            "required": ["Architecture", "InstallerUrl", "InstallerSha256"],
            "additionalProperties": False,
        },
    },
}
LOCALE = {
    "PackageLocale": {"type": "string", "pattern": "^[a-zA-Z]{2,3}(-[a-zA-Z]{1,8})*$"},
    "Publisher": {"type": "string", "minLength": 2, "maxLength": 256},
    "PackageName": {"type": "string", "minLength": 2, "maxLength": 256},
    "License": {"type": "string", "minLength": 3, "maxLength": 512},
    "ShortDescription": {"type": "string", "minLength": 3, "maxLength": 256},
    "Tags": {"type": "array", "maxItems": 16, "items": {"type": "string", "minLength": 1, "maxLength": 40}},
}
FIELDS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "version": ({"DefaultLocale": LOCALE["PackageLocale"]}, ["DefaultLocale"]),
    "installer": (INSTALLER, ["Installers"]),
    "defaultLocale": (LOCALE, ["PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"]),
}


def program(folder: Path, *, signed: bool) -> Path:
    """A file with no more than the head of a 64-bit Windows program."""
    head = bytearray(512)
    head[0:2], head[0x3C:0x40] = b"MZ", (64).to_bytes(4, "little")
    head[64 + 24 : 64 + 26] = (0x20B).to_bytes(2, "little")
    place = 64 + 24 + 112 + 4 * 8
    head[place : place + 8] = (512).to_bytes(4, "little") + (8 if signed else 0).to_bytes(4, "little")
    file = folder / "Botones-0.1.0-instalador.exe"
    file.write_bytes(bytes(head))
    return file


def fill(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)


def test_every_manifest_holds_to_the_schema_and_names_the_file(tmp_path: Path) -> None:
    installer = program(tmp_path, signed=True)
    assert fill(installer, ADDRESS, tmp_path / "out").returncode == 0
    found = {}
    for file in (tmp_path / "out").iterdir():
        assert FILE_NAME.fullmatch(file.name)
        manifest = yaml.safe_load(file.read_text(encoding="utf-8"))
        fields, required = FIELDS[manifest["ManifestType"]]
        schema = {"properties": {**HEAD, **fields}, "required": [*HEAD, *required], "additionalProperties": False}
        jsonschema.validate(manifest, schema)
        found[manifest["ManifestType"]] = manifest
    assert found.keys() == FIELDS.keys()
    (one,) = found["installer"]["Installers"]
    assert one["InstallerUrl"] == ADDRESS
    assert one["InstallerSha256"].lower() == hashlib.sha256(installer.read_bytes()).hexdigest()
    assert {manifest["PackageVersion"] for manifest in found.values()} == {"0.1.0"}
    assert date.fromisoformat(found["installer"]["ReleaseDate"])


@pytest.mark.parametrize(("signed", "address"), [(False, ADDRESS), (True, "http://botones.example/x.exe")])
def test_what_nobody_should_install_gets_no_manifest(tmp_path: Path, signed: bool, address: str) -> None:
    done = fill(program(tmp_path, signed=signed), address, tmp_path / "out")
    assert done.returncode != 0
    assert not (tmp_path / "out").exists()
