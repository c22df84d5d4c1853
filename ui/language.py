"""Qt's own words in the language that was chosen: the buttons of its file dialogs, the menus of its fields."""

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication


def speak_qt(app: QApplication, language: str) -> None:
    """Say everything of Qt's in this language from now on; without a catalogue Qt speaks English."""
    for former in app.findChildren(QTranslator):
        app.removeTranslator(former)
        former.deleteLater()
    translator = QTranslator(app)
    if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
