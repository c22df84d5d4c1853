"""The look: readable in both schemes, followed live, and never colour alone."""

import re
from dataclasses import fields
from importlib.resources import files

import pytest
from PySide6.QtWidgets import QApplication

from app.model.status import Mood
from ui.parts import Button, Kind
from ui.theme import Theme
from ui.theme.icons import mood_icon, tinted
from ui.theme.sheet import sheet_of
from ui.theme.tokens import DARK, LIGHT, READABLE, SEEN, Shade, Tokens, Tone, value_of


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read(tokens: Tokens) -> None:
    poor = {
        (ink, ground): round(ratio, 2)
        for ink, ground in READABLE
        if (ratio := contrast(value_of(tokens, ink), value_of(tokens, ground))) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_edge_can_be_seen(tokens: Tokens) -> None:
    poor = {pair for pair in SEEN if contrast(value_of(tokens, pair[0]), value_of(tokens, pair[1])) < 3}
    assert poor == set()


def test_the_colours_change_while_running(theme: Theme, qapp: QApplication) -> None:
    button = Button("Sincronizar", Kind.NORMAL, icon="sync")
    light = button.icon().pixmap(18).toImage()
    told = []
    theme.changed.connect(lambda: told.append(theme.tokens))
    theme.choose(True)
    assert told == [DARK]
    assert qapp.palette().window().color().name().upper() == DARK.window
    assert button.icon().pixmap(18).toImage() != light


def test_the_same_scheme_again_changes_nothing(theme: Theme) -> None:
    told = []
    theme.changed.connect(lambda: told.append(1))
    theme.choose(False)
    assert told == []


def test_every_icon_is_drawn_and_takes_its_colour(theme: Theme) -> None:
    names = sorted(file.name.removesuffix(".svg") for file in (files("resources") / "icons").iterdir())
    assert len(names) > 30
    for name in names:
        one, other = (tinted(name, colour, 24).pixmap(24).toImage() for colour in ("#FF0000", "#0000FF"))
        assert any(one.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), name
        if not name.startswith(("app", "tray-")):
            assert one != other, name


@pytest.mark.parametrize("size", [16, 24, 32])
def test_the_moods_differ_in_shape_and_not_only_in_colour(theme: Theme, size: int) -> None:
    def shape(mood: Mood) -> bytes:
        grey = mood_icon(mood).pixmap(size).toImage().convertToFormat(mood_icon(mood).pixmap(1).toImage().format())
        return bytes(255 if grey.pixelColor(x, y).lightness() > 128 else 0 for x in range(size) for y in range(size))

    shapes = {mood: shape(mood) for mood in Mood}
    for one in Mood:
        for other in Mood:
            if one is not other:
                differing = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
                assert differing > size * size * 0.03, (one, other)


def test_every_pair_of_the_style_sheet_is_among_those_measured() -> None:
    shades = {tone.value: Shade(*(f"{tone}.{one.name}" for one in fields(Shade))) for tone in Tone}
    names = {one.name: one.name for one in fields(Tokens)} | shades | {"dark": False}
    sheet = sheet_of(Tokens(**names))  # type: ignore[arg-type]
    found = set()
    for block in re.findall(r"\{([^{}]*)\}", sheet):
        said = dict(re.findall(r"(?:^|[;\s])((?:selection-)?(?:background-)?color|background): ([^;]+)", block))
        for ink, ground in (("color", "background"), ("selection-color", "selection-background-color")):
            if ink in said and said.get(ground, "transparent") != "transparent":
                found.add((said[ink], said[ground]))
    assert len(found) > 4
    assert found - set(READABLE) == set()
