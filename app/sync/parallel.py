"""Running a bounded number of requests at once; not a task registry."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def for_each(items: Iterable[T], act: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Act on every item, ``at_once`` at a time.

    The first failure cancels the rest and is raised as itself, not in a group.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(item: T) -> None:
        async with gate:
            await act(item)

    try:
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(one(item))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
