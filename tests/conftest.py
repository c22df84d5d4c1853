"""What all tests share: the options of the command line."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills",
        type=int,
        default=3,
        help="how often tests/chaos kills the program in each of its runs; 200 is the long form, about half an hour",
    )
    parser.addoption(
        "--schedules",
        type=int,
        default=120,
        help="how many schedules tests/app/test_schedules.py tries; 10000 is the long form, an hour or so",
    )
    parser.addoption(
        "--answers",
        type=int,
        default=8,
        help="how many strange answers tests/app/test_strangers.py gives for each operation; 500 is the long form",
    )
