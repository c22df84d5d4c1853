"""What all tests share: the options of the command line, and that a slow machine is no failure."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills",
        type=int,
        default=9,
        help="how often tests/chaos/test_kill.py kills the program in all; 500 is the long form, see there",
    )
    parser.addoption("--seed", type=int, default=1, help="which long run: other simulacros, moments and schedules")
    parser.addoption(
        "--figures",
        type=Path,
        help="a file that takes a line of figures for each slice of a long run; what it has already is not run again",
    )
    parser.addoption(
        "--schedules",
        type=int,
        default=120,
        help="how many schedules tests/app/test_schedules.py tries; 10000 is the long form, see there",
    )
    parser.addoption(
        "--answers",
        type=int,
        default=8,
        help="how many strange answers tests/app/test_strangers.py gives for each operation; 500 is the long form",
    )
