"""Watch of the ranges: from how a hotel has numbered so far to the day when its numbers or its vigencia end.

A day's documents are a level, times the weekday, times the season where a year is known. It is no statement about the
DIAN: how long an authorisation takes is the lead time of the fact file.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from app.model.forecast import End, Forecast, Watch
from app.model.numbering import Field, Numbering
from app.model.working_days import working_days_before
from app.texts.forecast import calendar_note, calendar_title

LEAD: Final = 15
"""Working days before the end from which a renewal can be asked for (facts/dian.md 1.1)."""
NOTICE: Final = 5
"""Working days before that, so that nobody has to hurry."""
FEW_DAYS: Final = 30
FEW_NUMBERS: Final = 0.1
"""At the latest then a person is told (facts/dian.md, section 8)."""
_HORIZON: Final = timedelta(days=5 * 365)
_SHORTEST_HISTORY: Final = 14
_RECENT: Final = 56
"""The level is that of the last eight weeks."""
_YEAR: Final = 365
_SHRINK: Final = 8.0
"""A season counts half where it was seen on eight days; drawn towards one any more, the high season comes too soon."""
_SIDES: Final = 1.645
"""Nine chances in ten."""
_SEASON_UNKNOWN: Final = 0.45
_SEASON_KNOWN: Final = 0.10
"""How far the level of whole months may be off, where a year of the hotel is not known, and where it is."""
_SEASON_IN_FULL: Final = 60
_DAY: Final = timedelta(days=1)


class _Rhythm(NamedTuple):
    level: float
    weekdays: tuple[float, ...]
    months: tuple[float, ...]
    spread: float
    """Variance of a day in its mean: one of pure chance, more where groups come."""
    chance: float
    """Relative standard deviation of the level by the few days that it was learnt from."""
    season: float
    """The same by seasons to come, in full two months ahead."""

    def doubt(self, days: int) -> float:
        return math.hypot(self.chance, self.season * min(1.0, days / _SEASON_IN_FULL))

    def on(self, day: date) -> float:
        return self.level * self.weekdays[day.weekday()] * self.months[day.month - 1]


def forecast(numbering: Numbering, next_number: int, history: Mapping[date, int], today: date) -> Forecast:
    """Forecast one range; ``history`` counts its family's documents by day of issue, days without any may be left out.

    ``next_number`` is the first that is not used yet.
    """
    left = max(0, numbering.last - max(next_number, numbering.first) + 1)
    rhythm = _rhythm_of(history, today)
    runs_out, earliest, latest = _run_out(rhythm, left, today) if rhythm else (None, None, None)
    ends, ends_on = _end(earliest, numbering.valid_to)
    ask_from = working_days_before(ends_on, LEAD) if ends_on else None
    tell_from = working_days_before(ask_from, NOTICE) if ask_from else None
    if tell_from and numbering.valid_to and ends is End.VIGENCIA:
        tell_from = min(tell_from, numbering.valid_to - timedelta(days=FEW_DAYS))
    return Forecast(
        family=numbering.family,
        prefix=numbering.value_of(Field.PREFIX),
        resolution=numbering.resolution,
        first=numbering.first,
        last=numbering.last,
        left=left,
        valid_to=numbering.valid_to,
        runs_out=runs_out,
        earliest=earliest,
        latest=latest,
        per_day=rhythm.level if rhythm else None,
        ends=ends,
        ends_on=ends_on,
        ask_from=ask_from,
        tell_from=tell_from,
        watch=_watch(numbering, left, ends_on, ask_from, tell_from, today, is_known=rhythm is not None),
    )


def _watch(
    numbering: Numbering,
    left: int,
    ends_on: date | None,
    ask_from: date | None,
    tell_from: date | None,
    today: date,
    *,
    is_known: bool,
) -> Watch:
    if left == 0 or (numbering.valid_to is not None and today > numbering.valid_to):
        return Watch.OVER
    few = left <= FEW_NUMBERS * (numbering.last - numbering.first + 1)
    if ask_from is not None and today >= ask_from:
        return Watch.ASK
    if few or (tell_from is not None and today >= tell_from):
        return Watch.SOON
    return Watch.QUIET if is_known else Watch.UNKNOWN


def _end(earliest: date | None, valid_to: date | None) -> tuple[End | None, date | None]:
    candidates = [(day, end) for day, end in ((earliest, End.NUMBERS), (valid_to, End.VIGENCIA)) if day is not None]
    if not candidates:
        return None, None
    day, end = min(candidates)
    return end, day


def _rhythm_of(history: Mapping[date, int], today: date) -> _Rhythm | None:
    """Learn how the hotel numbers from the days before today; ``None`` where it is too little to say anything."""
    known = {day: count for day, count in history.items() if day < today and count > 0}
    if not known:
        return None
    start = max(min(known), today - timedelta(days=2 * _YEAR))
    length = (today - start).days
    if length < _SHORTEST_HISTORY:
        return None
    counts = [(start + offset * _DAY, known.get(start + offset * _DAY, 0)) for offset in range(length)]
    mean = sum(count for _day, count in counts) / length
    has_year = length >= _YEAR
    months = _factors([(day.month - 1, count) for day, count in counts], 12, mean) if has_year else (1.0,) * 12
    levelled = [(day, count / months[day.month - 1]) for day, count in counts]
    weekdays = _factors([(day.weekday(), count) for day, count in levelled], 7, mean)
    recent = levelled[-_RECENT:]
    expected = sum(weekdays[day.weekday()] for day, _count in recent)
    level = sum(count for _day, count in recent) / expected if expected else 0.0
    if level <= 0:
        # Eight weeks without a document, in a hotel that had some: closed, or no longer numbering here.
        return None
    means = [(count, level * weekdays[day.weekday()] * months[day.month - 1]) for day, count in counts[-_RECENT:]]
    spread = sum((count - one) ** 2 / one for count, one in means if one > 0) / len(means)
    spread = max(1.0, spread)
    total = sum(count for count, _one in means)
    chance = math.sqrt(spread / total) if total else 1.0
    return _Rhythm(level, weekdays, months, spread, chance, _SEASON_KNOWN if has_year else _SEASON_UNKNOWN)


def _factors(values: Iterable[tuple[int, float]], size: int, mean: float) -> tuple[float, ...]:
    """Return each group's mean in the common mean, drawn towards one where the group is small."""
    sums, days = [0.0] * size, [0] * size
    for group, count in values:
        sums[group] += count
        days[group] += 1
    shrink = _SHRINK / 7 if size == 7 else _SHRINK
    factors = [(total + shrink * mean) / (n + shrink) / mean for total, n in zip(sums, days, strict=True)]
    return tuple(factors)


def _run_out(rhythm: _Rhythm, left: int, today: date) -> tuple[date | None, date | None, date | None]:
    """Return the likely, the earliest and the latest day on which the last number is used."""
    if left == 0:
        return today, today, today
    total = 0.0
    likely: date | None = None
    earliest: date | None = None
    day = today
    while day - today <= _HORIZON:
        total += rhythm.on(day)
        wide = _SIDES * math.sqrt(rhythm.spread * total + (rhythm.doubt((day - today).days + 1) * total) ** 2)
        if earliest is None and total + wide >= left:
            earliest = day
        if likely is None and total >= left:
            likely = day
        if total - wide >= left:
            return likely, earliest, day
        day += _DAY
    return likely, earliest, None


def calendar_file(forecasts: Iterable[Forecast], now: datetime) -> str:
    """Write the days to ask for new authorisations as an iCalendar file; the same range keeps its entry."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Botones//Vigencias//ES", "CALSCALE:GREGORIAN"]
    for one in forecasts:
        if one.ask_from is None or one.ends_on is None:
            continue
        identity = f"{one.family.value}/{one.prefix}/{one.resolution}/{one.last}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(identity.encode()).hexdigest()[:32]}@botones",
            f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{one.ask_from:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.ask_from + _DAY:%Y%m%d}",
            f"SUMMARY:{_escaped(calendar_title(one))}",
            f"DESCRIPTION:{_escaped(calendar_note(one))}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(calendar_title(one))}",
            "TRIGGER:PT9H",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold after seventy-five bytes, never within a letter (RFC 5545)."""
    parts: list[str] = []
    current = ""
    for letter in line:
        if len((current + letter).encode()) > (75 if not parts else 74):
            parts.append(current)
            current = ""
        current += letter
    return "\r\n ".join([*parts, current])
