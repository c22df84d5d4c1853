"""Holds the flow of the wizard, runs what takes time, and keeps every change on the disk. It draws nothing."""

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.connectors.bundle import Connectors, Secrets, open_connectors
from app.connectors.profile import BadProfile
from app.model.documents import Document
from app.model.errors import ConnectorError, StorageError
from app.model.setup import Blocker, BlockerKind, FolderGlance, PreviewLine, Step
from app.setup import activation_file
from app.setup.activation import Activation, Blocked
from app.setup.credentials import kept, read_secrets
from app.setup.hotels import name_of, twin_of
from app.setup.token import Arrival
from app.system.settings import Settings
from app.system.vault import Secret, VaultError
from ui.context import Context
from ui.loop import spawn
from ui.preparation import NotPrepared

_SAVE_MS: Final = 400
"""How long after the last key what was typed is kept; everything else is kept at once."""

Trouble = ConnectorError | StorageError | VaultError | NotPrepared | BadProfile
"""What a person can do something about; anything else is a mistake of ours."""


Errand = Callable[..., Coroutine[Any, Any, None]]
"""Takes the flow first."""


class Work(StrEnum):
    """What takes time; one at a time."""

    OPENING = "opening"
    CHOOSING = "choosing"
    PRACTICE = "practice"
    FOLDER = "folder"
    PYMES = "pymes"
    CODE = "code"
    PMS = "pms"
    FE = "fe"
    REQUIREMENTS = "requirements"
    TOKEN = "token"
    PROPOSING = "proposing"
    NUMBERING = "numbering"
    FORM = "form"
    PROOFS = "proofs"
    FIRST = "first"
    SENDING = "sending"
    FINISHING = "finishing"
    PAGE = "page"


class WizardFlow(QObject):
    """The one owner of the ``Activation`` while the wizard is open; pages read it and ask for what they want."""

    changed = Signal()
    """Anything of what the pages draw."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.load()
        self.secrets = Secrets()
        self.is_open = False
        """The vault was asked: only now is it known what is missing."""
        self.busy: Work | None = None
        self.troubles: dict[Work, Trouble] = {}
        """How each kind of work last failed."""
        self.progress: tuple[float, float] | None = None
        """Seconds gone and seconds of patience, while something is waited for."""
        self.arrival: Arrival | None = None
        """How the wait for the token ended, without the token."""
        self.fe_failure: ConnectorError | None = None
        self.glance: FolderGlance | None = None
        """What lies in the folder of documents, and for which folder and hotel that was looked up."""
        self.glanced: tuple[Path, str] | None = None
        self.first: Document | None = None
        """The document of the rehearsal."""
        self.lines: tuple[PreviewLine, ...] = ()
        """That document as Pymes will record it, or as it stands there."""
        self._task: Any = None
        self._quiet: Any = None
        self._closed = False
        self._unsaved = QTimer(self)
        self._unsaved.setSingleShot(True)
        self._unsaved.setInterval(_SAVE_MS)
        self._unsaved.timeout.connect(self.save)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        return self.activation.step

    @property
    def kept(self) -> frozenset[Secret]:
        """Return which secrets the vault has."""
        return kept(self.secrets)

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Say why the present step is not done."""
        return self.activation.blockers(self.step, self.kept) or self._twice()

    def _twice(self) -> tuple[Blocker, ...]:
        """Go no further with a hotel that this computer has already, as soon as it is known which one it is."""
        context = self.context
        if self.step.place < Step.CONNECTIONS.place or context.profile.practice:
            return ()
        others = [one for one in context.hotels if one is not context]
        twin = twin_of(self.activation.into(context.settings), [one.settings for one in others])
        if twin is None:
            return ()
        name = next(name_of(one.settings, one.profile) for one in others if one.settings is twin)
        return (Blocker(kind=BlockerKind.HOTEL_TWICE, values={"hotel": name}),)

    @property
    def can_advance(self) -> bool:
        return self.is_open and self.busy is None and not self.blockers

    def trouble(self, *works: Work) -> Trouble | None:
        """Return how one of these last failed, if it did."""
        return next((self.troubles[work] for work in works if work in self.troubles), None)

    # --- changes ------------------------------------------------------------------------------------------------------

    def change(self, activation: Activation, *, typing: bool = False) -> None:
        """Take the new value, keep it, and have it drawn; while ``typing`` it is kept a moment later."""
        self.activation = activation
        if typing:
            self._unsaved.start()
        else:
            self.save()
        self.tell()

    def load(self) -> None:
        """Take up the flow of the profile as it was left; each profile has its own."""
        context = self.context
        self._path = context.paths.setup(context.settings.key)
        loaded = activation_file.load(self._path, context.profile)
        self.activation = loaded.activation
        self.was_damaged = loaded.set_aside is not None

    def save(self) -> None:
        """Keep the flow on the disk now."""
        self._unsaved.stop()
        activation_file.save(self.activation, self._path)

    def tell(self) -> None:
        """Have everything drawn."""
        if not self._closed:
            self.changed.emit()

    def advance(self) -> None:
        """Go to the next step, where nothing hinders it."""
        if self.can_advance:
            try:
                self.change(self.activation.advance(self.kept))
            except Blocked:
                # A step before has come undone; its row in the rail shows it.
                self.change(self.activation.resume(self.kept))

    def back(self) -> None:
        """Go one step back."""
        self.change(self.activation.back())

    def go_to(self, step: Step) -> None:
        """Go to a step that is reachable."""
        if self.activation.reachable(step, self.kept):
            self.change(self.activation.go_to(step, self.kept))

    def take_settings(self, settings: Settings) -> None:
        """Make these the settings of the program."""
        self.context.choose(**settings.model_dump())

    def wonder(self, question: Coroutine[Any, Any, None]) -> None:
        """Ask the person something beside the work of the page."""
        spawn(question, _crash)

    # --- secrets ------------------------------------------------------------------------------------------------------

    async def read_vault(self) -> None:
        """Learn what the vault has; raises ``VaultError``."""
        self.secrets = await read_secrets(self.context.vault)

    async def keep(self, secrets: Mapping[Secret, str], forget: tuple[Secret, ...] = ()) -> None:
        """Put secrets into the vault, and take out those that they replace."""
        for name, secret in secrets.items():
            await self.context.vault.aput(name, secret)
        for name in forget:
            await self.context.vault.aforget(name)
        await self.read_vault()

    # --- what takes time ----------------------------------------------------------------------------------------------

    def do(self, work: Work, errand: Errand, *args: Any) -> None:
        """Start ``errand(self, *args)``; while something else is under way it is not even begun."""
        if self.busy is not None or self._closed:
            return
        if self._quiet is not None:
            self._quiet.cancel()
        self.busy = work
        self.progress = None
        self._task = spawn(self._run(work, errand, args), _crash)
        # Not in the coroutine: one that is cancelled before its first step never gets there.
        self._task.add_done_callback(lambda _task: self._end_work())
        self.tell()

    def do_quietly(self, work: Work, errand: Errand, *args: Any) -> None:
        """Do something that nobody asked for: it hinders nothing, and gives way to what somebody asks for."""
        if self.busy is None and self._quiet is None and not self._closed:
            self._quiet = spawn(self._run_quietly(work, errand, args), _crash)
            self._quiet.add_done_callback(lambda _task: self._end_quiet())

    def cancel(self) -> None:
        """Stop what is under way; what already left is settled by looking, not by trying again."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """End: nothing is drawn any more, and what was typed last is kept."""
        self._closed = True
        for task in (self._task, self._quiet):
            if task is not None:
                task.cancel()
        if self._unsaved.isActive():
            self.save()

    def show_progress(self, gone: float, patience: float) -> None:
        """Tell how long something has been waited for."""
        self.progress = (gone, patience)
        self.tell()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connectors]:
        """Open the connections with what the vault has; raises ``ConnectorError``."""
        activation, context = self.activation, self.context
        async with open_connectors(
            activation.calling(context.profile),
            self.secrets,
            hotel_id=activation.hotel_id,
            hotel_nit=activation.hotel_nit,
            proxy=context.settings.proxy,
            folder=activation.folder,
            clock=context.clock,
        ) as connectors:
            yield connectors

    async def _run(self, work: Work, errand: Errand, args: tuple[Any, ...]) -> None:
        self.troubles.pop(work, None)
        try:
            await errand(self, *args)
        except (ConnectorError, StorageError, VaultError, NotPrepared, BadProfile) as error:
            self.troubles[work] = error

    def _end_work(self) -> None:
        self.busy = self.progress = self._task = None
        self.tell()

    async def _run_quietly(self, work: Work, errand: Errand, args: tuple[Any, ...]) -> None:
        try:
            await errand(self, *args)
        except (ConnectorError, VaultError) as error:
            self.troubles[work] = error
        else:
            self.troubles.pop(work, None)

    def _end_quiet(self) -> None:
        self._quiet = None
        self.tell()


def _crash(error: BaseException) -> None:
    """Hand a mistake of ours to whoever watches for them."""
    hook: Callable[..., object] = sys.excepthook
    hook(type(error), error, error.__traceback__)
