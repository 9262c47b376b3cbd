"""What stands round the ops of the drawn graph: parameters, data and the loss. They know no trace."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.views.backprop.graph_items import EDGE_PX, PADDING, BoxItem
from gui.views.backprop.graph_text import GraphFonts
from gui.views.backprop.op_picture import Values, digit_image
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

THUMBNAIL = 52.0


class ParameterItem(BoxItem):
    """A parameter: its name and shape, and below the norm of its gradient."""

    def __init__(self, name: str, shape: str, theme: Theme, fonts: GraphFonts, reserve: tuple[str, str]) -> None:
        super().__init__(theme, fonts)
        self._name, self._shape = name, shape
        self._reserve = reserve
        self._label, self._value = reserve
        self._has_value = True
        self.measure()

    def set_value(self, label: str, value: str) -> None:
        """The second line: what the number is, and the number; it was given room for when the box was made."""
        if (label, value) != (self._label, self._value):
            self._label, self._value = label, value
            self.update()

    def set_shows(self, shape: bool, norm: bool, shape_text: str) -> None:
        """Choose which lines are shown."""
        chosen = shape_text if shape else "", norm
        if chosen != (self._shape, self._has_value):
            self._shape, self._has_value = chosen
            self.measure()
            self.update()

    def _measured(self) -> tuple[float, float]:
        fonts, pad = self._fonts, PADDING * self._fonts.unit
        first = fonts.width(Role.TABLE_HEAD, self._name) + fonts.width(Role.CAPTION, self._shape)
        second = fonts.width(Role.CAPTION, self._reserve[0] + " ") + fonts.width(Role.TABLE_HEAD, self._reserve[1])
        width = max(first, second if self._has_value else 0) + 1.6 * pad
        return width, fonts.height(Role.CAPTION) * (2 if self._has_value else 1) + pad

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme, fonts, pad = self._theme, self._fonts, PADDING * self._fonts.unit
        self.paint_frame(painter, theme.parameter_tint, theme.parameter, EDGE_PX, metrics.CARD_RADIUS_PX - 1)
        x, top = 0.8 * pad, pad / 2
        end = self.write(painter, Role.TABLE_HEAD, theme.parameter_text, x, top, self._name)
        self.write(painter, Role.CAPTION, theme.parameter_text, end, top, self._shape)
        if self._has_value:
            top += fonts.height(Role.CAPTION)
            end = self.write(painter, Role.CAPTION, theme.ink_2, x, top, self._label + " ")
            self.write(painter, Role.TABLE_HEAD, theme.ink, end, top, self._value)


class LossItem(BoxItem):
    """The loss: a vermillion pill with the recorded number."""

    def __init__(self, title: str, theme: Theme, fonts: GraphFonts, widest: str) -> None:
        super().__init__(theme, fonts)
        self._title, self._value, self._widest = title, "", widest
        self.measure()

    def set_value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.update()

    def _measured(self) -> tuple[float, float]:
        fonts, pad = self._fonts, PADDING * self._fonts.unit
        width = max(fonts.width(Role.CAPTION, self._title), fonts.width(Role.VERDICT, self._widest))
        return width + 2.2 * pad, fonts.height(Role.CAPTION) + fonts.height(Role.VERDICT) + 1.3 * pad

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme, fonts = self._theme, self._fonts
        self.paint_frame(painter, theme.trouble_tint, theme.trouble, 1.6, self._size[1] / 2)
        top = 0.65 * PADDING * fonts.unit
        self.write_centred(painter, Role.CAPTION, theme.trouble_text, top, self._title)
        top += fonts.height(Role.CAPTION)
        self.write_centred(painter, Role.VERDICT, theme.trouble_text, top, self._value)


class DataItem(BoxItem):
    """What comes from outside: a name with a line below, or the picture of the data with its caption."""

    def __init__(self, name: str, widest: str, theme: Theme, fonts: GraphFonts, has_picture: bool) -> None:
        super().__init__(theme, fonts)
        self._name, self._widest, self.has_picture = name, widest, has_picture
        self._shape = self._caption = ""
        self._values: Values | None = None
        self._image: QImage | None = None
        self.measure()

    def set_text(self, shape: str, caption: str) -> None:
        if (shape, caption) != (self._shape, self._caption):
            self._shape, self._caption = shape, caption
            self.measure()
            self.update()

    def set_picture(self, values: Values | None) -> None:
        if values is not self._values:
            self._values, self._image = values, None
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._image = None
        super().set_theme(theme)

    def middle(self) -> float:
        """That of the picture, without its caption."""
        return THUMBNAIL * self._fonts.unit / 2 if self.has_picture else super().middle()

    def _measured(self) -> tuple[float, float]:
        fonts, unit = self._fonts, self._fonts.unit
        lower = max(fonts.width(Role.CAPTION, self._widest), fonts.width(Role.CAPTION, self._caption))
        if self.has_picture:
            return max(THUMBNAIL * unit, lower), THUMBNAIL * unit + 2 + fonts.height(Role.CAPTION)
        first = fonts.width(Role.TABLE_HEAD, self._name) + fonts.width(Role.CAPTION, " " + self._shape)
        lines = 2 if self._widest or self._caption else 1
        return max(first, lower) + 1.8 * PADDING * unit, lines * fonts.height(Role.CAPTION) + PADDING * unit

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme, fonts, pad = self._theme, self._fonts, PADDING * self._fonts.unit
        if self.has_picture:
            self._paint_picture(painter)
            return
        self.paint_frame(painter, theme.raised, theme.line_strong, EDGE_PX, metrics.CARD_RADIUS_PX - 1)
        row = fonts.height(Role.CAPTION)
        top = (self._size[1] - row * (2 if self._caption else 1)) / 2
        end = self.write(painter, Role.TABLE_HEAD, theme.ink, 0.9 * pad, top, self._name)
        if self._shape:
            self.write(painter, Role.CAPTION, theme.ink_2, end, top, " " + self._shape)
        if self._caption:
            top += row
            self.write(painter, Role.CAPTION, theme.ink_2, 0.9 * pad, top, self._caption)

    def _paint_picture(self, painter: QPainter) -> None:
        side = THUMBNAIL * self._fonts.unit
        area = QRectF((self._size[0] - side) / 2, 0, side, side)
        if self._values is not None:
            if self._image is None:
                self._image = digit_image(self._theme, self._values)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._image.width() > side)
            painter.drawImage(area, self._image)
        painter.setPen(QPen(self._theme.color("line_strong"), metrics.LINE_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        self.write_centred(painter, Role.CAPTION, self._theme.ink_2, side + 2, self._caption)
