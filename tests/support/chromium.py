"""Debian's own browser, driven over the practice hotel's pages, and everything that it complains about."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

from app.sandbox.practice import Practice

PROGRAM = shutil.which("chromium")
LIMIT_MS = 10_000
ABORTED = "net::ERR_ABORTED"
needs_chromium = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("BOTONES_TEST_BROWSER") != "1",
    reason="NOT TRIED IN A BROWSER: install Debian's chromium, or run packaging/dev.py test, which does",
)


@asynccontextmanager
async def browsing(hotel: Practice, path: str, *, script: bool = True, dark: bool = False) -> AsyncIterator[Page]:
    """Open a page as the app does; fails where the browser refused, missed or could not run anything."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM or "chromium")
        context = await browser.new_context(
            java_script_enabled=script, color_scheme="dark" if dark else "light", locale="es-CO"
        )
        context.set_default_timeout(LIMIT_MS)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # Leaving a page aborts what it was still fetching; everything else is a refusal.
        page.on(
            "requestfailed",
            lambda asked: complaints.append(f"{asked.url} {asked.failure}") if asked.failure != ABORTED else None,
        )
        page.on("response", lambda said: complaints.append(f"{said.status} {said.url}") if said.status >= 400 else None)
        try:
            await page.goto(await hotel.page(path))
            yield page
        finally:
            await browser.close()
        assert complaints == []
