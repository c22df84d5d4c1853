"""Small HTTP parts that the practice servers share: answers, the log, and a connection that is cut for real."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.sandbox.house import House

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CUT: Final = "botones.cut"


class CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose application can hang up, as a broken line does; ASGI itself knows no such thing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        inner: Any = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[_CUT] = lambda: self.transport.close()
            await inner(scope, receive, send)

        self.app = app


class CutResponse(Response):
    """An answer that never arrives, or only its first half; the client sees a dead connection."""

    def __init__(self, answer: Response, *, half: bool) -> None:
        super().__init__()
        self._answer = answer
        self._half = half

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._half:
            body = bytes(self._answer.body)
            await send(
                {"type": "http.response.start", "status": self._answer.status_code, "headers": self._answer.raw_headers}
            )
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        scope["extensions"][_CUT]()
        while (await receive())["type"] != "http.disconnect":
            pass


class SilentResponse(Response):
    """An answer that never comes, on a connection that stays open until the client has had enough."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class Logged:
    """Notes each request in the books once it is over; ``None`` as status where no answer left."""

    def __init__(self, app: App, house: House, system: str) -> None:
        self._app = app
        self._house = house
        self._system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status: int | None = None

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._house.books.log(self._house.clock.now(), self._system, scope["method"], scope["path"], status)


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON; a ``str`` is taken to be JSON already."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, media_type="application/json")


def whole(text: str | None, otherwise: int) -> int | None:
    """Return a query value as a whole number, ``None`` where it is something else."""
    if text is None:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def bearer(request: Request) -> str:
    """Return the token of the Authorization header, empty where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def body_of(request: Request) -> dict[str, Any] | None:
    """Return the JSON object that was sent, ``None`` where it is anything else."""
    try:
        data = json.loads(await request.body(), parse_float=str)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
