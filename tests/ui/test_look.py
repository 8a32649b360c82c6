"""The tokens are the same in the style sheet, in Streamlit's settings and in figures, and can be read."""

import re
import tomllib
from importlib.resources import files

import pytest

from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.settings import streamlit_config_path
from dashboard.ui.components.states import CONDITION_STATES, DECISIONS, HEALTH, OUTCOMES, RULINGS, SEVERITIES, SIGN_OFFS

SHEET = files("dashboard.ui").joinpath("style.css").read_text("utf-8")
TOKENS = dict(re.findall(r"--cs-(\w+): light-dark\((#\w{6}, #\w{6})\)", SHEET))
NAMES = ("pass", "warn", "fail", "missing", "stale", "skipped", "info", "muted", "ink")


def token(name: str, theme: int) -> str:
    return TOKENS[name].split(", ")[theme]


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_every_word_can_be_read_on_both_grounds(name: str, theme: int) -> None:
    for ground in ("ground", "soft"):
        assert contrast(token(name, theme), token(ground, theme)) >= 4.9


@pytest.mark.parametrize(("theme", "palette"), [(0, LIGHT), (1, DARK)], ids=["light", "dark"])
def test_figures_use_the_tokens(theme: int, palette: Palette) -> None:
    assert (palette.passed, palette.warn, palette.fail, palette.missing, palette.accent) == tuple(
        token(n, theme) for n in ("pass", "warn", "fail", "missing", "info")
    )
    assert (palette.ground, palette.soft, palette.line, palette.ink, palette.muted, palette.mark) == tuple(
        token(n, theme) for n in ("ground", "soft", "line", "ink", "muted", "mark")
    )


@pytest.mark.parametrize(("theme", "name"), [(0, "light"), (1, "dark")])
def test_streamlit_uses_the_tokens(theme: int, name: str) -> None:
    config = tomllib.loads(streamlit_config_path().read_text("utf-8"))
    chosen = config["theme"][name]
    assert chosen["backgroundColor"] == token("ground", theme)
    assert chosen["secondaryBackgroundColor"] == token("soft", theme)
    assert chosen["textColor"] == token("ink", theme)
    assert chosen["primaryColor"] == chosen["linkColor"] == token("info", theme)
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["fileWatcherType"] == "none"


def test_every_state_has_a_word_an_icon_and_a_colour() -> None:
    maps = (RULINGS, DECISIONS, OUTCOMES, SEVERITIES, SIGN_OFFS, CONDITION_STATES, HEALTH)
    for state in (s for m in maps for s in m.values()):  # type: ignore[attr-defined]
        assert state.word
        assert f".cs-i-{state.icon} " in SHEET
        assert f".cs-{state.tone} " in SHEET


@pytest.mark.parametrize("known", [RULINGS, DECISIONS, OUTCOMES, SEVERITIES, SIGN_OFFS])
def test_no_state_is_forgotten(known: dict[object, object]) -> None:
    kind = type(next(iter(known)))
    assert set(known) == set(kind)  # type: ignore[call-overload]


def test_the_sheet_fetches_nothing() -> None:
    assert not re.findall(r"url\((?!\"data:)", SHEET)
    assert "@import" not in SHEET and "http" not in SHEET.replace("http://www.w3.org/2000/svg", "")
