"""A signed-in, set-up connection to a running practice hotel, for the console and tests.

People use the wizard for this.
"""

from pathlib import Path
from typing import Final

from app.connectors.bundle import open_connectors
from app.connectors.pms import Pms
from app.connectors.profile import Profile, load_profile
from app.connectors.transport import Transport
from app.model.clock import Clock
from app.model.mode import Mode
from app.model.numbering import APPLIES_TO_PMS, System, match
from app.sandbox.practice import FrontDesk
from app.sandbox.tokens import Kind
from app.setup.credentials import read_secrets
from app.setup.token import activate
from app.system.settings import Settings
from app.system.vault import Secret, Vault


async def sign_in(practice: FrontDesk, profile: Profile, vault: Vault, mode: Mode) -> Settings:
    """Put fresh practice credentials into the vault and return settings that name the hotel."""
    nit = str((await practice.state())["hotel"]["id"])
    pms_key = (await practice.credentials(Kind.PMS_KEY))["token"]
    fe = await practice.credentials(Kind.FE)
    await vault.aput(Secret.PYMES_TOKEN, (await practice.credentials(Kind.PYMES))["token"])
    await vault.aput(Secret.PMS_API_KEY, pms_key)
    await vault.aput(Secret.FE_USER, fe["user"])
    await vault.aput(Secret.FE_PASSWORD, fe["password"])
    async with Transport("pms") as transport:
        hotel_id = await Pms(transport, profile, api_key=pms_key).find_hotel(nit)
    return Settings(profile=profile.name, mode=mode, pms_access="api-key", hotel_document=nit, hotel_id=hotel_id)


async def connect(profile: Profile, vault: Vault, settings: Settings, clock: Clock) -> None:
    """Switch the parameter on and fetch the connection token into the vault."""
    async with open_connectors(
        profile, await read_secrets(vault), hotel_id=settings.hotel_id, hotel_nit=settings.hotel_document
    ) as connectors:
        arrival = await activate(connectors, clock, lambda elapsed, patience: None)
    if arrival.token is not None:
        await vault.aput(Secret.CONNECTION_TOKEN, arrival.token)


async def set_up(profile: Profile, vault: Vault, settings: Settings, clock: Clock) -> None:
    """Do what the wizard does: connect, and create the consecutivos that are missing."""
    await connect(profile, vault, settings, clock)
    async with open_connectors(
        profile, await read_secrets(vault), hotel_id=settings.hotel_id, hotel_nit=settings.hotel_document
    ) as connectors:
        there = await connectors.pymes.numberings()
        for numbering in await connectors.pms.numberings():
            if match(numbering, there) is None:
                wanted = numbering.model_copy(update={"system": System.PYMES, "applies_to": APPLIES_TO_PMS})
                await connectors.pymes.create_numbering(wanted, f"{numbering.family.value} {numbering.prefix}".strip())


PROFILE: Final = "sandbox"


def practice_profile(practice: FrontDesk, folder: Path | None = None) -> Profile:
    """Return the sandbox's profile with the addresses of this running hotel."""
    return load_profile(PROFILE, practice.for_profile, folder)
