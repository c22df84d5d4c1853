"""A browser without a screen: keeps the cookie, sends forms with what their page holds, and follows redirects."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.sandbox.house import House
from tests.support.practice import Running


@dataclass
class Browser:
    """One visit of the practice hotel's pages; use it only inside its hotel's loop."""

    pages: str
    house: House
    http: httpx.AsyncClient = field(repr=False)
    page: httpx.Response | None = None

    @property
    def text(self) -> str:
        """Return what the page says, without its tags."""
        assert self.page is not None
        plain = re.sub(r"<[^>]*>", " ", self.page.text)
        return re.sub(r"\s+", " ", html.unescape(plain))

    @property
    def path(self) -> str:
        assert self.page is not None
        return urlsplit(str(self.page.url)).path

    async def open(self, path: str, status: int = 200) -> str:
        self.page = await self.http.get(self.pages + path, follow_redirects=True)
        assert self.page.status_code == status, self.text
        return self.text

    async def send(self, path: str, status: int = 200, **fields: str | int) -> str:
        """Send a form of the page that is open, with its secret."""
        assert self.page is not None
        secret = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        assert secret is not None, "the page has no form"
        self.page = await self.http.post(
            self.pages + path,
            data={"csrf": secret[1]} | {name: str(value) for name, value in fields.items()},
            headers={"Origin": self.pages},
            follow_redirects=True,
        )
        assert self.page.status_code == status, self.text
        return self.text

    async def log_in_at_the_pms(self) -> None:
        await self.open("/pms/entrar")
        await self.send("/pms/entrar", orden="enviar")
        code = self.house.tokens.pending_code
        assert code is not None
        await self.send("/pms/entrar", orden="entrar", codigo=code)


async def visiting(hotel: Running, path: str = "/recepcion") -> Browser:
    """Open the pages with a ticket, as the app does; the browser is the hotel's own client."""
    made = await hotel.desk("POST", "/page", {"path": path})
    browser = Browser(hotel.addresses.pages, hotel.house, hotel.http)
    browser.page = await hotel.http.get(hotel.addresses.entry(made["ticket"]), follow_redirects=True)
    assert browser.page.status_code == 200
    return browser


def shown(page: httpx.Response) -> dict[str, Any]:
    """Return the headers of an answer in small letters."""
    return {name.lower(): value for name, value in page.headers.items()}
