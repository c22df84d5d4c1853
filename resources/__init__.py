"""Data only, read with ``importlib.resources``: icons, translations, profiles, contracts, legal texts."""
