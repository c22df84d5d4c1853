"""No secret reaches the log by any way: message, arguments, exception, traceback, stack, or another spelling of it."""

import base64
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from app.system.logs import MASK, RedactingFormatter, Redactor

SECRET = "s3cr&t/ñ\"quoted'+9137"

PROGRAM = """
import logging, os, sys
from pathlib import Path
from app.system.logs import redactor, setup_logging
from app.system.paths import Paths

secret = "tok-abcdef-123456"
redactor.register(secret)
undo = setup_logging(Paths.under(Path(sys.argv[1])).ensure(), logging.DEBUG)
log = logging.getLogger("app.somewhere")
log.info("in the message tok-abcdef-123456")
log.info("in the arguments %s %r", secret, {"key": secret})
try:
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"refused {secret}") from error
except ValueError:
    log.exception("in the traceback")
log.warning("on the stack", stack_info=("tok-abcdef-123456" and True))
logging.getLogger("httpx").info("HTTP Request: GET https://x/")
logging.getLogger("httpcore.http11").debug("send_request_headers")
logging.getLogger("httpx").warning("httpx warns")
if len(sys.argv) > 2:
    os.abort()
undo()
log.error("after the end")
"""


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # From a file, because a traceback shows the lines of the source too.
    script = home / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script), str(home), *arguments],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
    )


def test_the_log_file_has_everything_but_the_secret(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 0
    log = (tmp_path / "logs" / "botones.log").read_text(encoding="utf-8")
    assert "tok-abcdef" not in log
    for told in ("in the message", "in the arguments", "in the traceback", "on the stack", "KeyError", "ValueError"):
        assert told in log
    assert log.count(MASK) == 6
    assert "after the end" not in log


def test_the_http_libraries_write_warnings_only(tmp_path: Path) -> None:
    run(tmp_path)
    log = (tmp_path / "logs" / "botones.log").read_text(encoding="utf-8")
    assert "HTTP Request" not in log
    assert "send_request_headers" not in log
    assert "httpx warns" in log


def test_a_hard_crash_leaves_its_trace(tmp_path: Path) -> None:
    assert run(tmp_path, "crash").returncode != 0
    assert "Fatal Python error" in (tmp_path / "logs" / "crash.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps({"token": SECRET}),
        repr(SECRET),
        SECRET.replace("&", "&amp;"),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_registered_secret_is_masked_in_every_spelling(spelled: str) -> None:
    redactor = Redactor()
    redactor.register(SECRET)
    cleaned = redactor.clean(f"before {spelled} after")
    assert "9137" not in cleaned
    assert spelled not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_a_secret_inside_another_leaves_nothing_of_the_longer_one() -> None:
    redactor = Redactor()
    redactor.register("abcdef")
    redactor.register("abcdef-and-more")
    assert redactor.clean("x abcdef-and-more y abcdef") == f"x {MASK} y {MASK}"


def test_a_word_under_six_characters_is_not_a_secret() -> None:
    redactor = Redactor()
    redactor.register("caja")
    redactor.register("")
    assert redactor.clean("la caja principal") == "la caja principal"


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer unknown-9137",
        "authorization: Basic dW5rbm93bi05MTM3",
        "{'Authorization': 'Bearer unknown-9137', 'Accept': 'application/json'}",
        '{"X-Api-Key": "unknown-9137"}',
        "x-api-key=unknown-9137",
        "(b'X-API-Key', b'unknown-9137')",
        "curl -H 'X-Api-Key: unknown-9137' https://x/",
        "sent with Bearer unknown-9137.",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1bmtub3duLTkxMzcifQ.c2lnbmF0dXJlLTkxMzc",
        "cut eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1",
    ],
)
def test_what_looks_like_a_credential_is_masked_though_nobody_registered_it(line: str) -> None:
    cleaned = Redactor().clean(line)
    assert MASK in cleaned
    for part in ("unknown", "9137", "dW5rbm93bi05MTM3", "eyJ"):
        assert part not in cleaned


@pytest.mark.parametrize(
    "line", ["La autorización 18764000001 vence pronto", "la factura SETP990000001 llegó", "401 en /ventas"]
)
def test_ordinary_lines_are_left_alone(line: str) -> None:
    assert Redactor().clean(line) == line


def test_the_time_of_a_line_is_utc_and_says_so() -> None:
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "hola", None, None)
    record.created, record.msecs = 0.0, 7.0
    assert RedactingFormatter().format(record) == "1970-01-01T00:00:00.007Z INFO    app: hola"
