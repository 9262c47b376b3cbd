"""A row that goes on below where the width ends, so that large text in a narrow panel is never cut off."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem, QWidget

UNLIMITED = 1 << 20


def clear_layout(layout: QLayout) -> None:
    """Take everything out; widgets go at once from sight, and later for good."""
    while layout.count():
        widget = layout.takeAt(0).widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


@dataclass(frozen=True, slots=True)
class _Measured:
    """An item, the narrowest it may be, and whether it takes more where there is more."""

    item: QLayoutItem
    needed: int
    grows: bool

    def height(self, width: int) -> int:
        item = self.item
        return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


@dataclass(slots=True)
class _Line:
    """The items that stand beside each other, and the narrowest that they may be together."""

    items: list[_Measured] = field(default_factory=list)
    width: int = 0

    def widths(self, room: int) -> list[int]:
        """How wide each item becomes in this room."""
        growing = sum(each.grows for each in self.items)
        extra = max(0, room - self.width) // max(growing, 1)
        return [min(each.needed, room) + (extra if each.grows else 0) for each in self.items]

    def height(self, room: int) -> int:
        pairs = zip(self.items, self.widths(room), strict=True)
        return max((each.height(width) for each, width in pairs), default=0)


class FlowLayout(QLayout):
    """Lays widgets and layouts out in lines. What can expand takes the room that a line has left, equally shared."""

    def __init__(self, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._children: list[QLayout] = []
        self._measured: list[_Measured] = []
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addLayout(self, layout: QLayout) -> None:
        self.addChildLayout(layout)
        self._children.append(layout)
        self.addItem(layout)

    def add_stretch(self) -> None:
        """What follows goes to the right end of its line."""
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self._forget()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def invalidate(self) -> None:
        self._forget()
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Kept until something changes, because Qt asks for it many times while it lays a panel out."""
        if width not in self._heights:
            lines = self._lines(width)
            gaps = self.spacing() * max(len(lines) - 1, 0)
            self._heights[width] = sum(line.height(width) for line in lines) + gaps
        return self._heights[width]

    def minimumSize(self) -> QSize:
        """As narrow as its widest item."""
        sizes = [each.item.minimumSize() for each in self._measure()]
        return QSize(max((size.width() for size in sizes), default=0), max((s.height() for s in sizes), default=0))

    def sizeHint(self) -> QSize:
        lines = self._lines(UNLIMITED)
        return QSize(max((line.width for line in lines), default=0), self.heightForWidth(UNLIMITED))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        top = rect.top()
        for line in self._lines(rect.width()):
            height = line.height(rect.width())
            self._place(line, QRect(rect.left(), top, rect.width(), height))
            top += height + self.spacing()

    def _forget(self) -> None:
        self._measured, self._heights = [], {}

    def _measure(self) -> list[_Measured]:
        """What is shown of the items, measured."""
        if not self._measured:
            shown = (item for item in self._items if item.spacerItem() is not None or not item.isEmpty())
            self._measured = [_measured(item) for item in shown]
        return self._measured

    def _lines(self, width: int) -> list[_Line]:
        lines = [_Line()]
        for each in self._measure():
            line = lines[-1]
            gap = self.spacing() if line.items and each.needed else 0
            if line.items and line.width + gap + each.needed > width:
                line, gap = _Line(), 0
                lines.append(line)
            line.items.append(each)
            line.width += gap + each.needed
        return lines

    def _place(self, line: _Line, area: QRect) -> None:
        x = area.left()
        for place, (each, width) in enumerate(zip(line.items, line.widths(area.width()), strict=True)):
            if place and each.needed:
                x += self.spacing()
            height = min(each.height(width), area.height())
            top = area.top() + (area.height() - height) // 2
            each.item.setGeometry(QRect(QPoint(x, top), QSize(width, height)))
            x += width


def _measured(item: QLayoutItem) -> _Measured:
    """What can grow begins with its least width, everything else with the width that suits it."""
    least = item.minimumSize().width()
    grows = bool(item.expandingDirections() & Qt.Orientation.Horizontal)
    return _Measured(item, least if grows else max(item.sizeHint().width(), least), grows)
