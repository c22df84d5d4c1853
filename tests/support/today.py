"""A hotel of today: the practice hotel with only what Loggro publishes, and the product watching over it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.connectors.profile import load_profile
from app.model.documents import Document, Family
from app.model.numbering import Numbering, Source
from app.model.source import SourceKind
from app.sandbox.tokens import Kind
from app.sync.ledger import Ledger
from app.system.settings import Settings
from app.system.vault import Secret, SessionVault
from tests.support.bridge import Bridge
from tests.support.practice import Running, running

PROFILES = Path(__file__).parent / "profiles"


@dataclass
class Today:
    """The hotel, the folder its provider's mails are put into, and the product."""

    hotel: Running
    folder: Path
    bridge: Bridge
    began: int
    """Requests up to here were the preparation's, not the product's."""

    async def issue(self, count: int, families: Sequence[Family] = (Family.FACTURA,)) -> list[Document]:
        """Approve documents and return them."""
        before = self.hotel.house.books.last_position
        await self.hotel.house.hotel.issue(count, families)
        return list(self.hotel.house.hotel.documents_after(before))

    async def loggro_records(self, documents: Sequence[Document]) -> None:
        """Have documents put into Pymes, as Loggro's own sync does; the product has no part in it."""
        for document in documents:
            answer = await self.hotel.send(document)
            assert answer.status_code == 201, answer.text
        self.began = self._last

    async def mail(self, after: int = 0) -> int:
        """Put the provider's files of everything decided into the folder."""
        order = {"folder": str(self.folder), "after": after}
        return int((await self.hotel.desk("POST", "/drop", order))["dropped"])

    async def judge(self, document: Document, verdict: str) -> None:
        await self.hotel.desk("POST", "/verdict", {"number": document.full_number, "verdict": verdict})

    async def cycle(self) -> int:
        """Run one cycle and return how much moved."""
        async with self.bridge.engine() as engine:
            return await engine.cycle()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What the product asked for since it began."""
        return self.hotel.house.books.logged(None, None, self.began)

    @property
    def _last(self) -> int:
        return max((entry["id"] for entry in self.hotel.house.books.logged(None, None, 0)), default=0)

    def typed(self, family: Family = Family.FACTURA) -> Numbering:
        """Return what the person types of the PMS' range, the next number too."""
        current = self.hotel.house.ranges.current(family)
        assert current is not None
        return current[0].model_copy(update={"source": Source.TYPED, "next_number": current[1]})

    def type_in(self, *numberings: Numbering) -> None:
        with Ledger(self.bridge.path, self.bridge.clock) as ledger:
            ledger.save_evidence(numberings)


@asynccontextmanager
async def today(tmp_path: Path, source: SourceKind = SourceKind.FOLDER) -> AsyncIterator[Today]:
    """Serve the hotel and set the product up as a person does with ``loggro.toml``: a token, a NIT, a folder."""
    async with running(tmp_path / "hotel") as hotel:
        await hotel.open_numberings()
        vault, tokens = SessionVault("test"), hotel.house.tokens
        user, _, password = tokens.mint(Kind.FE).partition(":")
        vault.put(Secret.PYMES_TOKEN, tokens.mint(Kind.PYMES))
        vault.put(Secret.FE_USER, user)
        vault.put(Secret.FE_PASSWORD, password)
        addresses = {"pms": hotel.addresses.pms, "pymes": hotel.addresses.pymes, "fe": hotel.addresses.fe}
        folder = tmp_path / "correo"
        folder.mkdir()
        settings = Settings(
            profile="hoy", hotel_document=hotel.house.hotel.party.id, source=source, folder=folder.absolute()
        )
        profile = load_profile("hoy", addresses, PROFILES)
        bridge = Bridge(tmp_path / "ledger.sqlite3", profile, vault, settings, hotel.clock)
        made = Today(hotel, folder, bridge, 0)
        made.began = made._last
        yield made
