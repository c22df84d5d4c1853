"""Each connection is tried at once, against the real practice hotel and against servers that fail in one way each."""

import asyncio
from pathlib import Path

import pytest

from app.connectors.bundle import Secrets
from app.connectors.profile import Operation, Profile, load_profile
from app.model.documents import Family
from app.model.errors import ConnectorError, Failure
from app.model.setup import Attempt, Connection
from app.sandbox.tokens import Kind
from app.setup import connections
from app.setup.connections import request_otp, try_fe, try_pms_api_key, try_pms_otp, try_pymes
from app.setup.credentials import kept, read_secrets
from app.system.vault import Secret, SessionVault
from app.texts.setup import failure_text, learnt_line
from tests.support import wire
from tests.support.sandbox import Guest, guided, without

TOKEN = "a-token-that-must-not-be-shown"


def profile_at(address: str) -> Profile:
    return load_profile("sandbox", dict.fromkeys(("pms", "pymes", "fe"), address))


def tried(address: str, proxy: str | None = None) -> Attempt:
    return asyncio.run(try_pymes(profile_at(address), TOKEN, proxy))


# --- what works -------------------------------------------------------------------------------------------------------


def test_the_pymes_token_tells_whose_it_is(guest: Guest) -> None:
    attempt = asyncio.run(try_pymes(guest.profile, f"  {guest.secrets.pymes_token}\n"))
    assert attempt.ok and attempt.organisation_nit == guest.nit and attempt.organisation_uuid
    assert guest.nit in learnt_line(attempt)


def test_where_no_route_tells_whose_it_is_a_documented_read_proves_the_token(guest: Guest) -> None:
    profile = guided(guest.profile, Operation.PYMES_ORGANISATION)
    assert asyncio.run(try_pymes(profile, guest.secrets.pymes_token or "")).ok
    assert asyncio.run(try_pymes(profile, "wrong")).failure is Failure.TOKEN


def test_the_api_key_finds_the_hotel_and_its_name(guest: Guest) -> None:
    attempt = asyncio.run(try_pms_api_key(guest.profile, guest.secrets.pms_api_key or "", f"{guest.nit}-0"))
    assert attempt.ok and (attempt.hotel_id, attempt.hotel_nit) == (guest.hotel_id, guest.nit) and attempt.hotel_name


def test_a_nit_that_the_pms_does_not_have_is_told_as_that(guest: Guest) -> None:
    attempt = asyncio.run(try_pms_api_key(guest.profile, guest.secrets.pms_api_key or "", "800111222"))
    assert attempt.failure is Failure.NOT_FOUND
    assert "NIT" in failure_text(attempt).title


def test_a_code_opens_a_session_and_its_token_is_in_no_attempt(guest: Guest) -> None:
    async def sign_in() -> None:
        assert (await request_otp(guest.profile, "3001234567")).ok
        code = await guest.practice.credentials(Kind.CODE)
        opened = await try_pms_otp(guest.profile, code["phone_number"], code["code"])
        assert opened.session is not None and opened.attempt.hotel_id == guest.hotel_id
        assert opened.attempt.hotel_nit == guest.nit and opened.attempt.expires_at is not None
        assert opened.session.token not in repr(opened) + opened.attempt.model_dump_json()
        again = await try_pms_otp(guest.profile, code["phone_number"], code["code"])
        assert again.session is None and again.attempt.failure is Failure.TOKEN

    asyncio.run(sign_in())


def test_the_sixth_wrong_code_within_an_hour_is_told_as_too_many(guest: Guest) -> None:
    async def guess() -> list[Failure | None]:
        tries = [await try_pms_otp(guest.profile, "3001234567", "000000x") for _ in range(6)]
        return [one.attempt.failure for one in tries]

    failures = asyncio.run(guess())
    assert failures[0] is Failure.TOKEN and failures[-1] is Failure.TOO_MANY


def test_the_fe_service_is_proven_by_a_resolution_that_the_dian_does_not_know(guest: Guest) -> None:
    user, password = guest.secrets.fe_user or "", guest.secrets.fe_password or ""
    assert asyncio.run(try_fe(guest.profile, user, password, guest.nit)).ok
    assert asyncio.run(try_fe(guest.profile, user, "wrong", guest.nit)).failure is Failure.TOKEN


def test_an_error_in_the_fe_services_own_words_is_an_answer_and_is_shown() -> None:
    with wire.answering(500, b"<ErrorRespuesta><mensajeError>No existe &amp; ya</mensajeError></ErrorRespuesta>") as fe:
        attempt = asyncio.run(try_fe(profile_at(fe), "user", "password", "900508908"))
    assert attempt.ok and attempt.messages == ("No existe & ya",)
    assert attempt.messages[0] in learnt_line(attempt)
    with wire.answering(500, b"<html>down</html>") as fe:
        assert asyncio.run(try_fe(profile_at(fe), "user", "password", "900508908")).failure is Failure.SERVER


# --- what fails, told apart -------------------------------------------------------------------------------------------


def test_a_shut_port_is_the_network() -> None:
    assert tried(wire.shut()).failure is Failure.NETWORK


def test_a_server_that_says_nothing_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TRY_TIMEOUT", 0.3)
    with wire.silent() as address:
        assert tried(address).failure is Failure.TIMEOUT


def test_an_unknown_authority_is_named(tmp_path: Path) -> None:
    with wire.answering_with_own_authority(tmp_path) as address:
        attempt = tried(address)
    assert (attempt.failure, attempt.issuer) == (Failure.CERTIFICATE, wire.AUTHORITY)
    assert wire.AUTHORITY in failure_text(attempt).meaning


def test_a_proxy_that_wants_a_password_is_not_taken_for_loggro() -> None:
    with wire.answering(407, headers={"Proxy-Authenticate": "Basic"}) as proxy:
        attempt = tried("https://api.loggro.example", proxy)
    assert attempt.failure is Failure.PROXY
    assert "407" in failure_text(attempt).meaning


def test_the_practice_hotel_is_never_asked_through_a_proxy() -> None:
    with wire.answering(407, headers={"Proxy-Authenticate": "Basic"}) as proxy:
        assert tried(wire.shut(), proxy).failure is Failure.NETWORK


def test_a_proxy_that_is_not_there_is_a_failure_of_the_way_and_not_of_the_token() -> None:
    assert tried("https://api.loggro.example", wire.shut()).failure in (Failure.PROXY, Failure.NETWORK)


def test_a_401_without_body_gets_all_three_documented_causes() -> None:
    with wire.answering(401) as address:
        attempt = tried(address)
    assert attempt.failure is Failure.TOKEN
    meaning = failure_text(attempt).meaning
    assert "mal copiado" in meaning and "inactiva" in meaning and "venció" in meaning


def test_a_403_is_about_permission() -> None:
    with wire.answering(403) as address:
        assert tried(address).failure is Failure.PERMISSION


def test_a_500_with_a_page_is_the_server_and_its_page_is_not_shown() -> None:
    with wire.answering(500, b"<html>org.hibernate.Exception at line 1</html>") as address:
        attempt = tried(address)
    assert attempt.failure is Failure.SERVER
    assert "hibernate" not in attempt.model_dump_json()


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b'{"another": "shape"}', b"[]"])
def test_an_answer_of_another_shape_is_unreadable(body: bytes) -> None:
    with wire.answering(200, body) as address:
        assert tried(address).failure is Failure.UNREADABLE


def test_a_pause_that_was_asked_for_is_told_in_minutes() -> None:
    with wire.answering(429, headers={"Retry-After": "300"}) as address:
        assert "5 minutos" in failure_text(tried(address)).place


def test_no_attempt_repeats_the_secret() -> None:
    body = f'{{"errores": [{{"codigo": "x", "mensaje": "token {TOKEN}"}}]}}'.encode()
    with wire.answering(403, body) as address:
        attempt = tried(address)
    assert attempt.messages and TOKEN not in attempt.model_dump_json()


@pytest.mark.parametrize("connection", list(Connection))
@pytest.mark.parametrize("failure", [one for one in Failure if one not in (Failure.VAULT, Failure.WRONG_HOTEL)])
def test_every_failure_of_every_connection_has_words(failure: Failure, connection: Connection) -> None:
    attempt = asyncio.run(try_pymes(profile_at(wire.shut()), TOKEN))
    said = failure_text(attempt.model_copy(update={"failure": failure, "connection": connection}))
    assert said.title and said.meaning and said.place
    assert "{" not in said.title + said.meaning + said.place


# --- all three together -----------------------------------------------------------------------------------------------


def test_the_bundle_reads_all_three_systems_with_the_secrets_of_the_vault(guest: Guest) -> None:
    async def read() -> None:
        vault = SessionVault("test")
        assert kept(await read_secrets(vault)) == frozenset()
        await vault.aput(Secret.PYMES_TOKEN, guest.secrets.pymes_token or "")
        await vault.aput(Secret.PMS_API_KEY, guest.secrets.pms_api_key or "")
        secrets = await read_secrets(vault)
        assert kept(secrets) == {Secret.PYMES_TOKEN, Secret.PMS_API_KEY}
        async with guest.connected(secrets=secrets) as connectors:
            assert connectors.fe is None and await connectors.pymes.organisation()
        async with guest.connected() as connectors:
            stated = await connectors.pms.numberings()
            factura = next(one for one in stated if one.family is Family.FACTURA)
            assert connectors.fe is not None
            assert await connectors.fe.resolutions(factura.resolution or "", guest.nit, Family.FACTURA)

    asyncio.run(read())


def test_without_any_token_of_pymes_nothing_is_opened(guest: Guest) -> None:
    async def open_it() -> None:
        async with guest.connected(secrets=without(guest.secrets, "pymes_token")):
            raise AssertionError

    with pytest.raises(ConnectorError) as failed:
        asyncio.run(open_it())
    assert failed.value.failure is Failure.TOKEN


def test_secrets_are_never_printed_and_are_taken_out_of_texts() -> None:
    secrets = Secrets(pymes_token="abc-secret", fe_password="other-secret")
    assert "secret" not in repr(secrets)
    assert secrets.cleaner("said abc-secret and other-secret") == "said ••• and •••"
