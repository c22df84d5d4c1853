"""Botones: carries every approved invoice of a hotel from its PMS to its accounting exactly once, and proves it."""

__version__ = "0.1.0"
