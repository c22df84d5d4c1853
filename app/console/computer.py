"""``botones doctor`` and ``forget``: this computer, and the secrets that it keeps.

It touches no document.
"""

import asyncio

import click

from app.console.outcome import ALL_WELL, NOT_ALL_WELL
from app.model.errors import Failure
from app.setup.doctor import examine
from app.setup.leaving import hotels_of, remove_secrets
from app.system.paths import Paths
from app.system.settings import load
from app.system.vault import VaultError, open_vault
from app.texts import _
from app.texts.causes import explain_failure


def doctor() -> int:
    """Print how fit this computer is."""
    paths = Paths.of_user()
    checks = asyncio.run(examine(paths, load(paths.settings).settings))
    for one in checks:
        click.echo(f"{'✓' if one.well else '✗'} {one.name}: {one.said}")
        if not one.well:
            click.echo(f"    {one.fix}")
    return ALL_WELL if all(one.well for one in checks) else NOT_ALL_WELL


def forget() -> int:
    """Remove every secret of every hotel of this computer, as the uninstaller does, and name what did not go."""
    left = 0
    for name in hotels_of(Paths.of_user()):
        try:
            removed = asyncio.run(remove_secrets([(name, open_vault(name))]))
        except VaultError as error:
            explanation = explain_failure(Failure.VAULT)
            click.echo(f"{name}: {explanation.title} ({error.kind}). {explanation.place}", err=True)
            left += 1
            continue
        kept = [one.name.value for one in removed if not one.is_gone]
        left += len(kept)
        click.echo(f"{name}: {', '.join(kept) or _('sin accesos')}")
    return NOT_ALL_WELL if left else ALL_WELL
