"""The practice hotel's front desk: the control API with which the app, the demo and the tests make things happen.

On its own port, for this machine and this run only (a bearer token per run). Nothing of Loggro looks like this.
"""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import Family
from app.model.numbering import Field, System
from app.sandbox.books import APPROVED, REJECTED
from app.sandbox.form1876 import form_pdf
from app.sandbox.hotel import NothingToIssue
from app.sandbox.house import House
from app.sandbox.scenarios import SCENARIOS, Stage
from app.sandbox.tokens import Kind
from app.sandbox.ubl_writer import mailed_xml
from app.sandbox.web import answer, bearer, body_of, whole

Handler = Callable[[Request, dict[str, Any]], Awaitable[Response]]

PHONE: Final = "+573001234567"
"""The administrator's telephone; the practice PMS takes any."""


class DeskServer:
    """Takes orders from whoever started this run."""

    def __init__(self, house: House, stage: Stage, token: str) -> None:
        self._house = house
        self._stage = stage
        self._token = token

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/credentials", self._ordered(self._credentials), methods=["POST"]),
                Route("/approve", self._ordered(self._approve), methods=["POST"]),
                Route("/load", self._ordered(self._load), methods=["POST"]),
                Route("/drop", self._ordered(self._drop), methods=["POST"]),
                Route("/verdict", self._ordered(self._verdict), methods=["POST"]),
                Route("/books", self._ordered(self._books), methods=["GET"]),
                Route("/scenario", self._ordered(self._scenario), methods=["POST"]),
                Route("/requests", self._ordered(self._requests), methods=["GET"]),
                Route("/numbering", self._ordered(self._numbering), methods=["PATCH"]),
                Route("/page", self._ordered(self._page), methods=["POST"]),
                Route("/forms", self._ordered(self._forms), methods=["POST"]),
                Route("/reset", self._ordered(self._reset), methods=["POST"]),
                Route("/state", self._ordered(self._state), methods=["GET"]),
            ]
        )

    def _ordered(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            if not secrets.compare_digest(bearer(request).encode(), self._token.encode()):
                return _refused(401, "desk token")
            body = await body_of(request) if request.method != "GET" else {}
            if body is None:
                return _refused(400, "a JSON object is expected")
            try:
                return await handler(request, body)
            except NothingToIssue:
                return _refused(409, "nothing to issue: no range left, or no invoice to correct")
            except (KeyError, TypeError, ValueError) as error:
                return _refused(400, f"{type(error).__name__}: {error}"[:300])

        return guarded

    async def _credentials(self, request: Request, body: dict[str, Any]) -> Response:
        kind, tokens = Kind(body["kind"]), self._house.tokens
        if kind is Kind.CODE:
            return answer({"phone_number": PHONE, "code": tokens.pending_code or tokens.send_code()})
        if kind is Kind.FE:
            user, _, password = tokens.mint(kind).partition(":")
            return answer({"user": user, "password": password})
        if kind in (Kind.PYMES, Kind.PMS_KEY):
            return answer({"token": tokens.mint(kind)})
        return _refused(400, f"not handed out here: {kind.value}")

    async def _approve(self, request: Request, body: dict[str, Any]) -> Response:
        families = [Family(name) for name in body.get("families") or ()]
        return answer({"last_position": await self._house.hotel.issue(int(body["count"]), families)})

    async def _load(self, request: Request, body: dict[str, Any]) -> Response:
        loaded = self._house.hotel.load(body["documents"])
        return answer({"loaded": loaded, "last_position": self._house.books.last_position})

    async def _drop(self, request: Request, body: dict[str, Any]) -> Response:
        return answer({"dropped": self._mail(Path(body["folder"]), int(body.get("after", 0)))})

    def _mail(self, folder: Path, after: int) -> int:
        """Write one file for each document that the practice DIAN has decided on, and return how many."""
        if not folder.is_dir():
            raise ValueError("no such folder")
        mailed = 0
        for document in self._house.hotel.documents_after(after):
            verdict = self._house.books.verdict(document)
            if verdict in (APPROVED, REJECTED):
                name = f"ad{document.issuer.id}{document.family.value}{document.full_number}.xml"
                (folder / name).write_bytes(mailed_xml(document, approved=verdict == APPROVED))
                mailed += 1
        return mailed

    async def _verdict(self, request: Request, body: dict[str, Any]) -> Response:
        self._house.books.judge(body["number"], body["verdict"])
        return answer({"number": body["number"]})

    async def _books(self, request: Request, body: dict[str, Any]) -> Response:
        return answer(self._house.books.audit())

    async def _scenario(self, request: Request, body: dict[str, Any]) -> Response:
        self._stage.switch(body["name"], bool(body["on"]))
        return answer({"name": body["name"], "on": self._stage.is_on(body["name"])})

    async def _requests(self, request: Request, body: dict[str, Any]) -> Response:
        asked = request.query_params
        since = whole(asked.get("since"), 0)
        return answer({"requests": self._house.books.logged(asked.get("method"), asked.get("path"), since or 0)})

    async def _numbering(self, request: Request, body: dict[str, Any]) -> Response:
        found = self._house.ranges.mutate(
            System(body["system"]), Family(body["family"]), Field(body["field"]), body["value"]
        )
        return answer({"changed": True}) if found else _refused(404, "no such range")

    async def _forms(self, request: Request, body: dict[str, Any]) -> Response:
        return answer({"printed": self._print(Path(body["folder"]))})

    def _print(self, folder: Path) -> dict[str, str]:
        """Print each authorisation as a Form 1876 and return the family that each file is of."""
        if not folder.is_dir():
            raise ValueError("no such folder")
        printed = {}
        for one in self._house.ranges.authorisations():
            name = f"Formulario 1876 de práctica {one['prefix'] or one['family']} {one['resolution']}.pdf"
            (folder / name).write_bytes(form_pdf(self._house.hotel.party, one))
            printed[name] = one["family"]
        return printed

    async def _reset(self, request: Request, body: dict[str, Any]) -> Response:
        self._house.reset(body.get("seed"))
        self._stage.clear()
        return answer({"seed": self._house.hotel.seed})

    async def _page(self, request: Request, body: dict[str, Any]) -> Response:
        return answer({"ticket": self._house.tickets.issue(str(body["path"]))})

    async def _state(self, request: Request, body: dict[str, Any]) -> Response:
        house = self._house
        return answer(
            {
                "seed": house.hotel.seed,
                "hotel": house.hotel.party.model_dump(mode="json"),
                "property_id": house.hotel.property_id,
                "organisation": house.books.fact("organisation"),
                "uses_alojamientos": house.uses_alojamientos,
                "connection_arrived": house.connection_arrived,
                "last_position": house.books.last_position,
                "scenarios": [name for name in (s.name for s in SCENARIOS) if self._stage.is_on(name)],
            }
        )


def _refused(status: int, why: str) -> Response:
    return answer({"errors": {"code": "desk", "title": why}}, status)
