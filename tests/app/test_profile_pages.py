"""Where a profile says that a person sees one document: an https page, whose host no document can choose."""

from pathlib import Path

import pytest

from app.connectors.profile import BadProfile, Profile, load_profile

HOTEL = (Path(__file__).parents[2] / "resources" / "profiles" / "loggro.toml").read_text("utf-8")


def hotel(folder: Path, line: str) -> Profile:
    (folder / "loggro.toml").write_text(f"{line}\n{HOTEL}", "utf-8")
    return load_profile("loggro", folder=folder)


def test_without_a_pattern_there_is_no_address() -> None:
    profile = load_profile("loggro")
    assert profile.sale_address("u-1", "FE1") is None and profile.invoice_address("FE1") is None


def test_what_a_document_is_called_stays_in_its_place_of_the_address(tmp_path: Path) -> None:
    profile = hotel(tmp_path, 'sale_page = "https://p.example/v/{uuid}?n={number}"')
    assert profile.sale_address("a/../b", "FE 1&x=2") == "https://p.example/v/a%2F..%2Fb?n=FE%201%26x%3D2"
    assert hotel(tmp_path, 'invoice_page = "https://p.example/{number}"').invoice_address("FE1") == (
        "https://p.example/FE1"
    )


@pytest.mark.parametrize(
    "line",
    [
        'sale_page = "http://p.example/{uuid}"',
        'sale_page = "http://127.0.0.1/{uuid}"',
        'sale_page = "ftp://p.example/{uuid}"',
        'sale_page = "https://p.example/ventas"',
        'sale_page = "https://{uuid}.example/"',
        'sale_page = "https://a:b@p.example/{uuid}"',
        'sale_page = "https://p.example/{uuid.__class__}"',
        'sale_page = "https://p.example/{uuid"',
        'sale_page = "https://p.example/{uuid:{number}}"',
        'sale_page = "https://p.example/{uuid!z}"',
        'invoice_page = "https://p.example/{uuid}"',
    ],
)
def test_a_pattern_that_leads_elsewhere_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadProfile):
        hotel(tmp_path, line)
