"""The style sheet and the palette over Fusion, both made from the tokens. No widget carries colours of its own."""

from PySide6.QtGui import QColor, QPalette

from ui.theme.tokens import FACES, LIGHT, RADIUS, RADIUS_LARGE, Tokens, Tone


def palette_of(tokens: Tokens) -> QPalette:
    """Return what Fusion itself draws with."""
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, tokens.window),
        (role.WindowText, tokens.text),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.raised),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.faint),
        (role.Button, tokens.surface),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.bad.ink),
        (role.ToolTipBase, tokens.surface),
        (role.ToolTipText, tokens.text),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent_ink),
        (role.LinkVisited, tokens.accent_ink),
        (role.Accent, tokens.accent),
        (role.Light, tokens.raised),
        (role.Midlight, tokens.raised),
        (role.Mid, tokens.line),
        (role.Dark, tokens.line_strong),
        (role.Shadow, tokens.line_strong),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.faint))
    return palette


def sheet_of(t: Tokens) -> str:
    """Return the whole program's style sheet."""
    return "\n".join((_texts(t), _surfaces(t), _buttons(t), _fields(t), _lists(t), _tones(t), _bars(t)))


def _texts(t: Tokens) -> str:
    faces = "\n".join(
        f'QLabel[role="{role}"] {{ font-size: {face.pixels}px; font-weight: {face.weight};'
        f" color: {getattr(t, face.colour)}; }}"
        for role, face in FACES.items()
    )
    return f"""
QWidget {{ color: {t.text}; font-size: 14px; }}
QLabel {{ background: transparent; }}
{faces}
QBalloonTip QLabel {{ color: {LIGHT.text}; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 6px 8px; }}
"""


def _surfaces(t: Tokens) -> str:
    return f"""
QMainWindow, QDialog, QWizard, QWidget[surface="window"] {{ background: {t.window}; }}
QFrame[surface="rail"] {{ background: {t.rail}; border: none; border-right: 1px solid {t.line}; }}
QFrame[surface="band"] {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[surface="foot"] {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QFrame[surface="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {RADIUS_LARGE}px; }}
QFrame[surface="sunken"] {{ background: {t.raised}; border: none; border-radius: {RADIUS}px; }}
QFrame[surface="rule"] {{ background: {t.line}; border: none; min-height: 1px; max-height: 1px; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea[read="true"] {{ border: 2px solid transparent; border-radius: {RADIUS_LARGE}px; }}
QScrollArea[read="true"]:focus {{ border: 2px solid {t.focus}; }}
QScrollArea > QWidget > QWidget[surface="clear"] {{ background: transparent; }}
"""


def _buttons(t: Tokens) -> str:
    return f"""
QPushButton {{
  background: {t.surface}; color: {t.text}; border: 1px solid {t.line_strong}; border-radius: {RADIUS}px;
  padding: 7px 14px; min-height: 20px; font-weight: 600; outline: none;
}}
QPushButton:hover {{ background: {t.raised}; }}
QPushButton:pressed {{ background: {t.selected}; }}
QPushButton:disabled {{ color: {t.faint}; background: {t.raised}; border-color: {t.line}; }}
QPushButton:focus {{ border: 2px solid {t.focus}; padding: 6px 13px; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
QPushButton[kind="primary"]:hover {{ background: {t.accent_hover}; border-color: {t.accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {t.accent_pressed}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.raised}; color: {t.faint}; border-color: {t.line}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[kind="plain"] {{ background: transparent; border-color: transparent; color: {t.accent_ink};
  padding: 7px 10px; }}
QPushButton[kind="plain"]:hover {{ background: {t.raised}; }}
QPushButton[kind="plain"]:disabled {{ color: {t.faint}; }}
QPushButton[kind="plain"]:focus {{ border: 2px solid {t.focus}; padding: 6px 9px; }}
QPushButton[kind="small"] {{ font-size: 12px; padding: 1px 9px; min-height: 18px; }}
QPushButton[kind="small"]:focus {{ border: 2px solid {t.focus}; padding: 0 8px; }}
QPushButton[kind="chip"] {{
  border-radius: 15px; padding: 4px 12px; min-height: 20px; font-weight: 400; color: {t.soft}; border-color: {t.line};
}}
QPushButton[kind="chip"]:checked {{
  background: {t.selected}; color: {t.text}; border-color: {t.accent};
}}
QPushButton[kind="chip"]:focus {{ border: 2px solid {t.focus}; padding: 3px 11px; }}
QPushButton[kind="nav"] {{
  background: transparent; border: 2px solid transparent; border-radius: {RADIUS}px; padding: 8px 10px;
  text-align: left; font-weight: 400; color: {t.soft};
}}
QPushButton[kind="nav"]:hover {{ background: {t.raised}; }}
QPushButton[kind="nav"]:checked {{ background: {t.selected}; color: {t.text}; font-weight: 600; }}
QPushButton[kind="nav"]:focus {{ border: 2px solid {t.focus}; }}
QPushButton[kind="nav"]:disabled {{ color: {t.faint}; }}
QPushButton[kind="pick"] {{ text-align: left; padding: 7px 10px; }}
QPushButton[kind="pick"]:focus {{ border: 2px solid {t.focus}; padding: 6px 9px; }}
QPushButton::menu-indicator {{ width: 0; height: 0; image: none; }}
QCheckBox, QRadioButton {{ spacing: 10px; background: transparent; padding: 2px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent_ink}; }}
"""


def _fields(t: Tokens) -> str:
    edit = "QLineEdit, QPlainTextEdit, QSpinBox, QDateEdit, QComboBox"
    focused = ", ".join(f"{name}:focus" for name in edit.split(", "))
    disabled = ", ".join(f"{name}:disabled" for name in edit.split(", "))
    wrong = ", ".join(f'{name}[slip="block"]' for name in edit.split(", "))
    warned = ", ".join(f'{name}[slip="warn"]' for name in edit.split(", "))
    return f"""
{edit} {{
  background: {t.surface}; color: {t.text}; border: 1px solid {t.line_strong}; border-radius: {RADIUS}px;
  padding: 6px 10px; min-height: 22px; selection-background-color: {t.accent}; selection-color: {t.on_accent};
}}
{focused} {{ border: 2px solid {t.focus}; padding: 5px 9px; }}
{wrong} {{ border: 2px solid {t.bad.strong}; padding: 5px 9px; }}
{warned} {{ border: 2px solid {t.warn.ink}; padding: 5px 9px; }}
{disabled} {{ background: {t.raised}; color: {t.faint}; border-color: {t.line}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QLineEdit:read-only {{ background: {t.raised}; border-color: {t.line}; }}
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {{ background: transparent; border: none; padding: 0; }}
"""


def _lists(t: Tokens) -> str:
    return f"""
QTableView, QListView {{
  background: {t.surface}; alternate-background-color: {t.surface}; border: 1px solid {t.line}; padding: 3px;
  border-radius: {RADIUS_LARGE}px; gridline-color: transparent; outline: none;
  selection-background-color: {t.selected}; selection-color: {t.text};
}}
QTableView::item {{ padding: 0 9px; border: none; border-bottom: 1px solid {t.line}; }}
QListView {{ padding: 6px; }}
QListView::item {{ padding: 6px 10px; border: none; border-radius: 6px; }}
QTableView::item:selected, QListView::item:selected {{ background: {t.selected}; color: {t.text}; }}
QTableView:focus {{ border: 2px solid {t.focus}; padding: 2px; }}
QListView:focus {{ border: 2px solid {t.focus}; padding: 5px; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{
  background: {t.surface}; color: {t.faint}; font-size: 12px; font-weight: 600; border: none;
  border-bottom: 1px solid {t.line}; padding: 8px 12px;
}}
QTableCornerButton::section {{ background: {t.surface}; border: none; }}
QSplitter::handle {{ background: transparent; }}
"""


def _tones(t: Tokens) -> str:
    rules = []
    for tone in Tone:
        shade = t.shade(tone)
        rules.append(f"""
QLabel[tone="{tone}"] {{ color: {shade.ink}; }}
QFrame[pill="{tone}"] {{ background: {shade.fill}; border: 1px solid {shade.line}; border-radius: 11px; }}
QFrame[banner="{tone}"] {{ background: {shade.fill}; border: 1px solid {shade.line}; border-radius: {RADIUS}px; }}
QFrame[ribbon="{tone}"] {{ background: {shade.fill}; border: none; border-bottom: 1px solid {shade.line}; }}
QFrame[cell="{tone}"] {{ background: {shade.fill}; border: none; border-radius: 6px; }}""")
    return "\n".join(rules)


def _bars(t: Tokens) -> str:
    return f"""
QProgressBar {{ background: {t.raised}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
QScrollBar::handle {{ background: {t.line_strong}; border-radius: 4px; border: 2px solid transparent; min-height: 32px;
  min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.faint}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: transparent; border: none; width: 0; height: 0; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 6px; }}
QMenu::item {{ padding: 7px 24px 7px 12px; border-radius: 6px; color: {t.text}; }}
QMenu::item:selected {{ background: {t.selected}; }}
QMenu::item:disabled {{ color: {t.faint}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 6px 8px; }}
QMenu::icon {{ padding-left: 10px; }}
"""
