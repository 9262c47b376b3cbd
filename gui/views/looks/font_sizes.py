"""Text roles and sizes that follow the application's font while the studio runs.

A widget is told once what its text is for or how many lines of text it is wide or high. A child object of it keeps
that, and carries it out again when the font has another size. (A walk over ``QApplication.allWidgets()`` would be
shorter, but it also meets widgets that are just being destroyed, and PySide crashes on those.)
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

from gui.views.looks import metrics
from gui.views.looks.metrics import Role

FIXED_WIDTH, FIXED_HEIGHT = "fixed_width", "fixed_height"
LEAST_WIDTH, LEAST_HEIGHT = "least_width", "least_height"


def set_role(widget: QWidget, role: Role) -> None:
    """Give a widget the font of a text role."""
    fitting = _fitting(widget)
    fitting.role = role
    fitting.fit()


def fix_size(widget: QWidget, width: float | None = None, height: float | None = None) -> None:
    """Fix width and height, in multiples of the font's height."""
    _set_sizes(widget, {FIXED_WIDTH: width, FIXED_HEIGHT: height})


def set_least_size(widget: QWidget, width: float | None = None, height: float | None = None) -> None:
    """Let a widget become no narrower and no lower than this, in multiples of the font's height."""
    _set_sizes(widget, {LEAST_WIDTH: width, LEAST_HEIGHT: height})


def reserve_text(widget: QWidget, widest: str) -> None:
    """Keep room for the widest text that a label may come to show."""
    fitting = _fitting(widget)
    fitting.widest_text = widest
    fitting.fit()


def refit() -> None:
    """Let every widget carry out again what it was told, with the application's font as it is now."""
    _announcer().font_changed.emit()


def fit(widget: QWidget) -> None:
    """Carry out again what this widget was told, if anything."""
    fitting = widget.findChild(_Fitting, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if fitting is not None:
        fitting.fit()


class _Announcer(QObject):
    """Lives as a child of the application and tells every widget that has something to carry out."""

    font_changed = Signal()


class _Fitting(QObject):
    """Lives as a child of the widget whose sizes it keeps."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.role: Role | None = None
        self.sizes: dict[str, float] = {}
        self.widest_text = ""
        _announcer().font_changed.connect(self.fit)

    @Slot()
    def fit(self) -> None:
        widget, base = self._widget, QApplication.font()
        if self.role is not None:
            widget.setFont(metrics.tabular(metrics.role_font(base, self.role)))
        for name, set_size in (
            (FIXED_WIDTH, widget.setFixedWidth),
            (FIXED_HEIGHT, widget.setFixedHeight),
            (LEAST_WIDTH, widget.setMinimumWidth),
            (LEAST_HEIGHT, widget.setMinimumHeight),
        ):
            if name in self.sizes:
                set_size(metrics.scaled(base, self.sizes[name]))
        if self.widest_text:
            widget.setMinimumWidth(QFontMetrics(widget.font()).horizontalAdvance(self.widest_text))


def _fitting(widget: QWidget) -> _Fitting:
    found = widget.findChild(_Fitting, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else _Fitting(widget)


def _set_sizes(widget: QWidget, sizes: dict[str, float | None]) -> None:
    fitting = _fitting(widget)
    fitting.sizes |= {name: scale for name, scale in sizes.items() if scale is not None}
    fitting.fit()


def _announcer() -> _Announcer:
    application = QApplication.instance()
    if application is None:
        raise RuntimeError("Sizes in lines of text need a QApplication, which knows the font.")
    found = application.findChild(_Announcer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else _Announcer(application)
