"""Working days of Colombia: Monday to Friday but the holidays of the law, moved ones and those of Easter too.

By the ``holidays`` package rather than a table of our own, because the law has changed them before.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

_DAY: Final = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Say whether offices work on a day."""
    return day.weekday() < 5 and day not in _holidays_of(day.year)


def working_days_before(day: date, count: int) -> date:
    """Return the working day that lies ``count`` working days before ``day``, which is not counted itself."""
    while count > 0:
        day -= _DAY
        count -= is_working_day(day)
    return day


@cache
def _holidays_of(year: int) -> frozenset[date]:
    # A tenth of a second that only whoever asks for a date should pay.
    from holidays.countries.colombia import Colombia

    return frozenset(Colombia(years=[year]))  # type: ignore[no-untyped-call]
