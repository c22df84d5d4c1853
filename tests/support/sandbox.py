"""The real practice hotel for tests: a child process with fresh credentials.

It is nothing but the product's own sandbox.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from app.connectors.bundle import Connectors, Secrets, open_connectors
from app.connectors.profile import Operation, Profile, Route
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile
from app.sandbox.tokens import Kind


@dataclass(frozen=True)
class Guest:
    """One test's way into the practice hotel."""

    practice: Practice
    profile: Profile
    secrets: Secrets
    nit: str
    hotel_id: str

    @asynccontextmanager
    async def connected(self, **other: object) -> AsyncIterator[Connectors]:
        """Open the connections, with another ``profile`` or other ``secrets`` where a test wants that."""
        profile = other.get("profile", self.profile)
        secrets = other.get("secrets", self.secrets)
        assert isinstance(profile, Profile)
        assert isinstance(secrets, Secrets)
        async with open_connectors(profile, secrets, hotel_id=self.hotel_id, hotel_nit=self.nit) as connectors:
            yield connectors


async def check_in(practice: Practice) -> Guest:
    """Reset the hotel and return fresh credentials of it, without the connection token."""
    await practice.reset(1)
    state = await practice.state()
    fe = await practice.credentials(Kind.FE)
    return Guest(
        practice=practice,
        profile=practice_profile(practice),
        secrets=Secrets(
            pymes_token=(await practice.credentials(Kind.PYMES))["token"],
            pms_api_key=(await practice.credentials(Kind.PMS_KEY))["token"],
            fe_user=fe["user"],
            fe_password=fe["password"],
        ),
        nit=state["hotel"]["id"],
        hotel_id=state["property_id"],
    )


def guided(profile: Profile, *operations: Operation) -> Profile:
    """Return the profile with some operations left to a person."""
    return profile.model_copy(update={"routes": profile.routes | dict.fromkeys(operations, Route.GUIDED)})


def without(secrets: Secrets, *names: str) -> Secrets:
    """Return the secrets without some of them."""
    return replace(secrets, **dict.fromkeys(names, None))
