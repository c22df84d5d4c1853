"""The way from a window to one of the practice hotel's own pages in the browser. It knows no page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ui.loop import in_thread

if TYPE_CHECKING:  # the first window does not wait for the practice hotel's library
    from app.sandbox.practice import FrontDesk


async def page_of(desk: FrontDesk, path: str) -> str:
    """Return an address that opens the page once; raises ``ConnectorError`` where the hotel is silent."""
    return await in_thread(lambda: asyncio.run(desk.page(path)))
