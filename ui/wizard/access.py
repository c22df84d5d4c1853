"""What the pages «Bienvenida» and «Conexiones» ask for, carried out: tries, and what they put into the vault."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from app.connectors.profile import NOWHERE, load_profile
from app.connectors.transport import Proxy
from app.model.errors import ConnectorError
from app.model.mode import Mode
from app.model.setup import Attempt, Step
from app.sandbox.tokens import Kind
from app.setup import connections, verification
from app.setup.credentials import read_secrets
from app.setup.hotels import turned
from app.setup.source import glance
from app.system.vault import Secret, VaultError
from ui.context import Context
from ui.loop import in_thread
from ui.preparation import prepare
from ui.wizard.flow import WizardFlow, Work

Access = Literal["otp", "api-key"]
TakeFolder = Callable[[Path], None]

TRIES_AN_HOUR: Final = 5
"""After so many failed codes Alojamientos takes not even the right one for an hour."""


@dataclass(frozen=True, slots=True)
class PracticeAccess:
    """Fresh credentials of the practice hotel, to be filled into the form."""

    nit: str
    pymes_token: str
    pms_api_key: str
    fe_user: str
    fe_password: str


@dataclass(slots=True)
class CodeTries:
    """What is known of signing in by code in this hour; counted here because the PMS does not tell."""

    sent: Attempt | None = None
    failed_at: tuple[datetime, ...] = ()

    def left(self, now: datetime) -> int:
        """Return how many tries are left in the last hour."""
        recent = [moment for moment in self.failed_at if now - moment < timedelta(hours=1)]
        return max(0, TRIES_AN_HOUR - len(recent))


async def open_flow(flow: WizardFlow) -> None:
    """Find out where the person stands; raises ``VaultError``, and then nothing is taken to be missing."""
    await flow.read_vault()
    saved, unmet = flow.activation.step, flow.activation.first_unmet(flow.kept)
    if unmet is Step.VERIFICATION and saved.place > unmet.place:
        # What was proven yesterday has to be proven now, before one goes on from there.
        try:
            async with flow.connected() as connectors:
                reading = await verification.verify(connectors, flow.activation, flow.context.clock)
        except ConnectorError as error:
            flow.troubles[Work.PROOFS] = error
        else:
            flow.fe_failure = reading.fe_failure
            # Not ``change``: the step is where the person was, and only afterwards is it decided whether it holds.
            flow.activation = flow.activation.with_proofs(reading.proofs)
        unmet = flow.activation.first_unmet(flow.kept)
    step = saved if saved.place <= unmet.place else unmet
    flow.is_open = True
    flow.change(flow.activation.go_to(step, flow.kept))


async def choose(flow: WizardFlow, profile: str, mode: Mode) -> None:
    """Take the choices of the first page and go on; another profile has another vault, and begins anew."""
    context = flow.context
    if profile != context.profile.name:
        former = context.practice
        # Whose hotel, property and organisation it was belongs to the other profile.
        context.turn_to(turned(context.paths, context.settings, profile).changed(mode=mode))
        context.profile = load_profile(profile, NOWHERE, context.paths.home)
        await prepare(context)
        if former is not None and context.practice is None:
            await in_thread(former.stop)
        flow.load()
        if flow.activation.is_finished:
            flow.take_settings(flow.activation.into(context.settings))
        await flow.read_vault()
    flow.change(flow.activation.choose(context.profile, mode).advance(flow.kept))


async def practice_access(flow: WizardFlow, fill: Callable[[PracticeAccess], None]) -> None:
    """Fetch credentials of the practice hotel for the form."""
    practice = flow.context.practice
    if practice is None:
        return
    fe = await practice.credentials(Kind.FE)
    fill(
        PracticeAccess(
            nit=str((await practice.state())["hotel"]["id"]),
            pymes_token=(await practice.credentials(Kind.PYMES))["token"],
            pms_api_key=(await practice.credentials(Kind.PMS_KEY))["token"],
            fe_user=fe["user"],
            fe_password=fe["password"],
        )
    )


async def practice_code(flow: WizardFlow, fill: Callable[[str, str], None]) -> None:
    """Fetch the practice telephone and the code that it was just sent."""
    if flow.context.practice is not None:
        said = await flow.context.practice.credentials(Kind.CODE)
        fill(said["phone_number"], said["code"])


async def _way_out(context: Context) -> Proxy | None:
    """Return the hotel's proxy with whoever signs in there; a silent vault leaves it without."""
    if context.settings.proxy is None:
        return None
    try:
        return (await read_secrets(context.vault)).through(context.settings.proxy)
    except VaultError:
        return Proxy(context.settings.proxy)


async def try_pymes(flow: WizardFlow, token: str) -> None:
    """Try a token of Pymes; one that works goes into the vault at once."""
    context = flow.context
    attempt = await connections.try_pymes(context.profile, token, await _way_out(context), clock=context.clock)
    if attempt.ok:
        await flow.keep({Secret.PYMES_TOKEN: token.strip()})
    flow.change(flow.activation.with_attempt(attempt))


async def try_key(flow: WizardFlow, key: str, nit: str) -> None:
    """Try an API key of the PMS; one that works replaces whatever session there was."""
    context = flow.context
    flow.change(flow.activation.with_hotel(nit, "api-key"))
    attempt = await connections.try_pms_api_key(context.profile, key, nit, await _way_out(context), clock=context.clock)
    if attempt.ok:
        await flow.keep({Secret.PMS_API_KEY: key.strip()}, forget=(Secret.PMS_SESSION,))
    flow.change(flow.activation.with_attempt(attempt))


async def send_code(flow: WizardFlow, tries: CodeTries, phone: str, channel: str) -> None:
    """Have a code sent to the telephone."""
    context = flow.context
    tries.sent = None
    tries.sent = await connections.request_otp(
        context.profile, phone.strip(), channel, await _way_out(context), clock=context.clock
    )


async def try_code(flow: WizardFlow, tries: CodeTries, phone: str, code: str, nit: str) -> None:
    """Open a session with a code; one that opens replaces whatever key there was."""
    context = flow.context
    flow.change(flow.activation.with_hotel(nit, "otp"))
    result = await connections.try_pms_otp(
        context.profile,
        phone,
        code,
        await _way_out(context),
        hotel_id=flow.activation.hotel_id,
        clock=context.clock,
    )
    if result.session is not None:
        await flow.keep({Secret.PMS_SESSION: result.session.token}, forget=(Secret.PMS_API_KEY,))
        tries.sent = None
    elif result.attempt.status in (400, 401, 403, 422, 429):
        tries.failed_at = (*tries.failed_at, context.clock.now())
    flow.change(flow.activation.with_attempt(result.attempt))


async def try_fe(flow: WizardFlow, user: str, password: str, nit: str, address: str | None = None) -> None:
    """Try user and password of the FE project, at the address that Loggro FE mailed, which is kept once it answers."""
    context = flow.context
    flow.change(flow.activation.with_hotel(nit).with_fe_wanted(True))
    profile = context.profile.with_fe(address)
    attempt = await connections.try_fe(profile, user, password, nit, await _way_out(context), clock=context.clock)
    if attempt.ok:
        if address is not None and not profile.practice:
            context.profile = profile
            context.choose(fe_address=address)
        await flow.keep({Secret.FE_USER: user.strip(), Secret.FE_PASSWORD: password})
    flow.change(flow.activation.with_attempt(attempt))


async def leave_fe(flow: WizardFlow) -> None:
    """Go on without the FE service, and forget what opened it."""
    await flow.keep({}, forget=(Secret.FE_USER, Secret.FE_PASSWORD))
    flow.change(flow.activation.with_fe_wanted(False))


async def look_into_folder(flow: WizardFlow, folder: Path, nit: str) -> None:
    """Learn what lies in the folder of documents; cancelled half-way, it is as if nobody had looked."""
    flow.glance = None
    try:
        flow.glance = await glance(folder, nit)
    except ConnectorError:
        flow.glanced = (folder, nit)
        raise
    flow.glanced = (folder, nit)
