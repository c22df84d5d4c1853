"""The watch of the ranges: when numbers or vigencia end, and from when on a person is told."""

import math
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from app.model.documents import Family
from app.model.forecast import End, Forecast, Watch
from app.model.numbering import Numbering, System
from app.model.working_days import is_working_day, working_days_before
from app.sync.forecast import calendar_file, forecast
from app.texts.forecast import calendar_note, calendar_title, run_out_line, watch_line

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
WEEK = (0.7, 0.7, 0.8, 1.0, 1.4, 1.6, 0.8)
YEAR = (1.3, 1.0, 1.0, 1.2, 0.8, 1.0, 1.1, 1.0, 0.8, 0.9, 0.9, 1.4)


def numbering(last: int = 5000, valid_to: date | None = date(2028, 8, 5)) -> Numbering:
    return Numbering(
        system=System.DIAN,
        family=Family.FACTURA,
        prefix="FEH",
        first=1,
        last=last,
        resolution="18764113677438",
        valid_from=date(2026, 8, 5),
        valid_to=valid_to,
    )


def steady(per_day: int, days: int = 120) -> dict[date, int]:
    return {TODAY - offset * DAY: per_day for offset in range(1, days + 1)}


def rhythmic(mean: Callable[[date], float], days: int, rng: random.Random, today: date) -> dict[date, int]:
    return {(day := today - offset * DAY): chance(rng, mean(day)) for offset in range(1, days)}


def chance(rng: random.Random, mean: float) -> int:
    """Draw a Poisson number."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


# --- working days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 2), False),  # Todos los Santos, moved to Monday
        (date(2026, 4, 2), False),  # Jueves Santo
        (date(2026, 12, 8), False),  # Inmaculada, not moved
        (date(2026, 12, 24), True),
    ],
)
def test_holidays_of_the_law_are_no_working_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_fifteen_working_days_before_skip_weekends_and_holidays() -> None:
    # Back from 31 December: the 25th and the 8th are holidays.
    assert working_days_before(date(2026, 12, 31), 15) == date(2026, 12, 9)
    assert working_days_before(date(2026, 12, 31), 17) == date(2026, 12, 4)
    assert working_days_before(date(2026, 11, 23), 1) == date(2026, 11, 20)


# --- the numbers ------------------------------------------------------------------------------------------------------


def test_a_steady_hotel_runs_out_when_division_says_so() -> None:
    found = forecast(numbering(), 4001, steady(10), TODAY)
    assert (found.left, found.runs_out) == (1000, TODAY + 99 * DAY)
    assert found.earliest is not None and found.latest is not None
    assert found.earliest < found.runs_out < found.latest
    assert (found.ends, found.ends_on) == (End.NUMBERS, found.earliest)
    assert found.per_day == pytest.approx(10)


def test_weekends_count_as_the_hotel_has_them() -> None:
    history = {day: (40 if day.weekday() >= 5 else 0) for day in steady(1, 200)}
    monday = date(2026, 11, 23)
    found = forecast(numbering(), 4961, history, monday)
    assert found.left == 40
    assert found.runs_out is not None and found.runs_out.weekday() in (5, 6)


def test_a_known_season_moves_the_date() -> None:
    quiet_then_full = {
        TODAY - offset * DAY: (30 if (TODAY - offset * DAY).month in (12, 1) else 10) for offset in range(1, 720)
    }
    with_season = forecast(numbering(), 4001, quiet_then_full, TODAY)
    without = forecast(numbering(), 4001, steady(10, 300), TODAY)
    assert with_season.runs_out is not None and without.runs_out is not None
    assert with_season.runs_out < without.runs_out - 30 * DAY


@pytest.mark.parametrize("days", [120, 800])
def test_nine_of_ten_hotels_end_within_the_interval(days: int) -> None:
    within = early = 0
    for seed in range(50):
        rng = random.Random(seed)
        today = date(2026, 1, 1) + rng.randrange(365) * DAY

        def mean(day: date) -> float:
            return 6 * WEEK[day.weekday()] * YEAR[day.month - 1]

        history = rhythmic(mean, days, rng, today)
        left = rng.choice([120, 400, 900])
        found = forecast(numbering(valid_to=None), 5001 - left, history, today)
        used, day = 0, today
        while (used := used + chance(rng, mean(day))) < left:
            day += DAY
        assert found.earliest is not None
        early += day < found.earliest
        within += found.earliest <= day <= (found.latest or date.max)
    assert within >= 43
    assert early <= 4, "an end before the earliest day is the one that hurts"


@pytest.mark.parametrize("days", [430, 120])
def test_a_beach_hotel_ends_within_the_interval_as_often_as_it_is_told(days: int) -> None:
    week, year = (0.5, 0.5, 0.6, 0.9, 1.5, 1.9, 1.1), (1.7, 0.8, 0.9, 1.4, 0.7, 1.1, 1.2, 0.9, 0.7, 0.9, 0.9, 1.6)
    inside = hotels = 0
    for seed in range(60):
        rng = random.Random(seed)
        today = date(2026, rng.randint(1, 12), rng.randint(1, 28))
        level = rng.choice([8, 20, 45])

        def mean(day: date, level: int = level) -> float:
            return level * week[day.weekday()] * year[day.month - 1]

        history = rhythmic(mean, days, rng, today)
        used, left = sum(history.values()), 45 * level
        told = forecast(numbering(used + left, date(2040, 1, 1)), used + 1, history, today)
        day = today
        while (left := left - chance(rng, mean(day))) > 0:
            day += DAY
        assert told.earliest is not None and told.latest is not None
        inside += told.earliest <= day <= told.latest
        hotels += 1
    assert inside / hotels >= 0.85


def test_too_little_history_is_unknown_and_never_quiet() -> None:
    for history in ({}, steady(10, 13), {TODAY: 50}, {TODAY - 300 * DAY: 4}):
        found = forecast(numbering(valid_to=None), 100, history, TODAY)
        assert (found.watch, found.runs_out, found.ends_on) == (Watch.UNKNOWN, None, None)


def test_numbers_for_decades_have_no_date() -> None:
    found = forecast(numbering(last=999_999_999, valid_to=None), 1, steady(1), TODAY)
    assert (found.runs_out, found.earliest, found.latest, found.watch) == (None, None, None, Watch.QUIET)


# --- what a person has to do ------------------------------------------------------------------------------------------


def test_the_vigencia_ends_a_range_that_has_numbers_left() -> None:
    end = date(2027, 3, 1)
    found = forecast(numbering(valid_to=end), 100, steady(2), TODAY)
    assert (found.ends, found.ends_on, found.ask_from) == (End.VIGENCIA, end, working_days_before(end, 15))
    assert found.watch is Watch.QUIET


@pytest.mark.parametrize(
    ("days_to_end", "watch"),
    [(-1, Watch.OVER), (0, Watch.ASK), (10, Watch.ASK), (27, Watch.SOON), (30, Watch.SOON), (60, Watch.QUIET)],
)
def test_a_person_is_told_before_the_renewal_can_be_asked_for(days_to_end: int, watch: Watch) -> None:
    found = forecast(numbering(valid_to=TODAY + days_to_end * DAY), 100, steady(2), TODAY)
    assert found.watch is watch
    if found.ask_from is not None and found.tell_from is not None:
        assert found.tell_from < found.ask_from


def test_a_tenth_of_the_numbers_left_is_told_whatever_the_rhythm() -> None:
    for history in (steady(1), {}):
        assert forecast(numbering(), 4501, history, TODAY).watch is Watch.SOON
    assert forecast(numbering(), 4500, steady(1), TODAY).watch is Watch.QUIET


def test_a_range_without_numbers_is_over() -> None:
    assert forecast(numbering(), 5001, steady(10), TODAY).watch is Watch.OVER
    assert forecast(numbering(), 9000, {}, TODAY).left == 0


# --- the calendar and the words ---------------------------------------------------------------------------------------


def test_the_calendar_file_is_one_that_calendars_read() -> None:
    found = forecast(numbering(valid_to=date(2027, 3, 1)), 100, steady(2), TODAY)
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    text = calendar_file([found], now)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "").split("\r\n")
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 1
    assert found.ask_from is not None
    assert f"DTSTART;VALUE=DATE:{found.ask_from:%Y%m%d}" in unfolded
    (title,) = [line for line in unfolded if line.startswith("SUMMARY:")]
    assert title == f"SUMMARY:{calendar_title(found)}"
    uid = next(line for line in unfolded if line.startswith("UID:"))
    later = forecast(numbering(valid_to=date(2027, 3, 1)), 300, steady(2), TODAY)
    assert uid in calendar_file([later], now + DAY), "the same range keeps its entry"
    assert "VEVENT" not in calendar_file([forecast(numbering(valid_to=None), 1, {}, TODAY)], now)


@pytest.mark.parametrize("watch", list(Watch))
@pytest.mark.parametrize("end", [None, *End])
def test_each_watch_has_its_words(watch: Watch, end: End | None) -> None:
    found = forecast(numbering(), 4001, steady(10), TODAY).model_copy(update={"watch": watch, "ends": end})
    for text in (watch_line(found), run_out_line(found), calendar_note(found)):
        assert text.endswith(".") and "{" not in text


def test_the_interval_is_told_as_far_as_it_is_known() -> None:
    found = forecast(numbering(), 4001, steady(10), TODAY)
    assert "entre el" in run_out_line(found)
    assert "no antes del" in run_out_line(found.model_copy(update={"latest": None}))
    assert "años" in run_out_line(found.model_copy(update={"runs_out": None}))
    unknown: Forecast = forecast(numbering(), 4001, {}, TODAY)
    assert "falta historia" in run_out_line(unknown)
