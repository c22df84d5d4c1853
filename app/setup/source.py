"""Where documents can come from, for the wizard to offer: what is ready, what lacks, and what lies in a folder."""

import asyncio
from collections.abc import Set
from pathlib import Path
from typing import Final

from app.connectors.folder_source import list_files
from app.connectors.profile import Profile
from app.connectors.ubl import read_file
from app.model.documents import Document
from app.model.setup import FolderGlance, SourceLack, SourceOffer
from app.model.source import SourceKind
from app.system.vault import Secret

_GLANCE: Final = 60
"""So many of the newest files are opened to tell what a folder is."""
_FE_SECRETS: Final = frozenset({Secret.FE_USER, Secret.FE_PASSWORD})


def offers(profile: Profile, kept: Set[Secret]) -> tuple[SourceOffer, ...]:
    """Return every source with what it lacks; the PMS' own list is recommended where it is there, else the folder.

    ``kept`` is what the vault has. The credentials of the range may still be given on the same page.
    """
    found = tuple(
        SourceOffer(kind=kind, route=_reading(profile, kind).source_route, lack=_lack(profile, kind, kept))
        for kind in SourceKind
    )
    best = next(offer.kind for offer in found if offer.lack is None)
    return tuple(offer.model_copy(update={"recommended": offer.kind is best}) for offer in found)


def _reading(profile: Profile, kind: SourceKind) -> Profile:
    return profile.model_copy(update={"source": kind})


def _lack(profile: Profile, kind: SourceKind, kept: Set[Secret]) -> SourceLack | None:
    if not _reading(profile, kind).can_read:
        return SourceLack.NO_ROUTE
    if kind is SourceKind.RANGE and profile.fe is None:
        return SourceLack.NO_ADDRESS
    if kind is SourceKind.RANGE and not kept >= _FE_SECRETS:
        return SourceLack.NO_CREDENTIALS
    return None


async def glance(folder: Path, nit: str) -> FolderGlance:
    """Say what lies in a folder; raises ``ConnectorError`` (``FOLDER``) where it cannot be read."""
    return await asyncio.to_thread(_glance, folder, nit)


def _glance(folder: Path, nit: str) -> FolderGlance:
    files = list_files(folder).files
    newest = sorted(files.values(), key=lambda found: found[1].modified, reverse=True)[:_GLANCE]
    counted = dict.fromkeys(("approved", "rejected", "unanswered", "unreadable", "foreign"), 0)
    latest: Document | None = None
    for reading in (one for path, _ in newest for one in read_file(Path(path)) if not one.answers):
        document = reading.document
        if document is None:
            counted["unreadable"] += 1
        elif document.issuer.id != nit:
            counted["foreign"] += 1
        else:
            counted[{True: "approved", False: "rejected", None: "unanswered"}[reading.approved]] += 1
            if latest is None or document.issued_at > latest.issued_at:
                latest = document
    return FolderGlance(
        files=len(files),
        read=len(newest),
        newest=latest.full_number if latest else "",
        newest_at=latest.issued_at if latest else None,
        **counted,
    )
