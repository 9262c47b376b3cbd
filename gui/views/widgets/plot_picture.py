"""Plots as a picture for a page or a slide: one below the other, each with its title and its key, as PNG or SVG.

The plots are made for the picture in its own size; what they show is not what happens to fit into the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.train.curve_items import KeyEntry, paint_point
from gui.views.widgets.following_plot import FollowingPlot

PNG_RATIO, SVG_RATIO = 2.0, 1.0
WIDTH_IN_LINES, PLOT_IN_LINES = 54.0, 18.0
SAMPLE_PX = 24.0
FURTHER_LINE = 1.4


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot of a picture with its title; ``key`` says what is drawn."""

    title: str
    plot: FollowingPlot
    key: Sequence[KeyEntry] = ()


def picture_of(
    kind: str, title: str, shown: Sequence[tuple[FollowingPlot, FollowingPlot]], themes: ThemeProvider
) -> bytes:
    """The content of a file, ``kind`` being "png" or "svg".

    ``shown`` are plots, each with a new one of its kind that shows the same in the picture, and is then deleted.
    """
    theme, font = themes.theme, QApplication.font()
    panels = []
    for plot, new in shown:
        _make_ready(new, PNG_RATIO if kind == "png" else SVG_RATIO, font, theme)
        new.show_like(plot)
        _settle(new)
        panels.append(Panel(plot.title, new, new.key()))
    sheet = _Sheet(title, panels, theme, font)
    content = _png(sheet) if kind == "png" else _svg(sheet, title)
    for panel in panels:
        panel.plot.deleteLater()
    return content


def _make_ready(plot: FollowingPlot, ratio: float, font: QFont, theme: Theme) -> None:
    """Give a plot that is shown nowhere the size and the looks it has in a picture; it can be filled then."""
    plot.picture_ratio = ratio
    plot.resize(metrics.scaled(font, WIDTH_IN_LINES), metrics.scaled(font, PLOT_IN_LINES))
    plot.grab(QRect(0, 0, 1, 1))  # a widget that was never shown learns its size when it is painted
    plot.apply_theme(theme)


def _settle(plot: FollowingPlot) -> None:
    """Let the axes find out how wide their numbers are: they do when they are painted."""
    plot.grab()
    plot.getPlotItem().layout().activate()


def _png(sheet: _Sheet) -> bytes:
    image = QImage(sheet.size * PNG_RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_RATIO)
    sheet.paint(image)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub knows bytes, PySide a text
    return bytes(content.data())


def _svg(sheet: _Sheet, title: str) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the other version cannot clip
    generator.setOutputDevice(buffer)
    generator.setSize(sheet.size)
    generator.setViewBox(QRect(0, 0, sheet.size.width(), sheet.size.height()))
    generator.setResolution(sheet.resolution)  # that of the screen, by which the letters were measured
    generator.setTitle(title)
    generator.setDescription("Curves of a training run, by BERAS Studio")
    sheet.paint(generator)
    return bytes(content.data())


class _Sheet:
    """Where everything goes, and how it is painted; lengths are in pixels of the picture."""

    def __init__(self, title: str, panels: Sequence[Panel], theme: Theme, font: QFont) -> None:
        self._title, self._panels, self._theme = title, panels, theme
        self._heading, self._panel_title = metrics.role_font(font, Role.TITLE), metrics.role_font(font, Role.TITLE)
        self._caption = metrics.role_font(font, Role.CAPTION)
        self._line = QFontMetricsF(font).height() * FURTHER_LINE
        self._margin = float(metrics.PAGE_MARGIN_PX)
        self.resolution = panels[0].plot.logicalDpiX()
        width = panels[0].plot.width() + 2 * self._margin
        rows = [self._key_rows(panel, width - 2 * self._margin) for panel in panels]
        self._rows = rows
        height = sum(len(each) * self._line + panel.plot.height() for each, panel in zip(rows, panels, strict=True))
        height += (1 + len(panels)) * self._line + (2 + len(panels)) * self._margin
        self.size = QSize(round(width), round(height))

    def _key_rows(self, panel: Panel, width: float) -> list[list[KeyEntry]]:
        """The entries of a key in as many rows as they need."""
        rows: list[list[KeyEntry]] = [[]]
        left = width
        for entry in panel.key:
            length = self._length(entry)
            if rows[-1] and length > left:
                rows.append([])
                left = width
            rows[-1].append(entry)
            left -= length
        return rows if panel.key else []

    def _length(self, entry: KeyEntry) -> float:
        return SAMPLE_PX + QFontMetricsF(self._caption).horizontalAdvance(entry.name) + metrics.GROUP_GAP_PX + 4

    def paint(self, device: QImage | QSvgGenerator) -> None:
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, 0, self.size.width(), self.size.height())
        painter.fillRect(area, self._theme.color("panel"))
        top = self._margin
        inside = area.marginsRemoved(QMarginsF(self._margin, 0, self._margin, 0))
        self._text(painter, self._heading, "ink", inside.left(), top, inside.width(), self._title)
        top += self._line + self._margin
        for panel, rows in zip(self._panels, self._rows, strict=True):
            self._text(painter, self._panel_title, "ink_2", inside.left(), top, inside.width(), panel.title)
            top += self._line
            for row in rows:
                self._paint_row(painter, inside.left(), top, row)
                top += self._line
            plot = panel.plot
            target = QRectF(inside.left(), top, plot.width(), plot.height())
            painter.setBrush(Qt.BrushStyle.NoBrush)  # or the last point's would fill the curves
            plot.render(painter, target, plot.viewport().rect())
            top += plot.height() + self._margin
        painter.end()

    def _paint_row(self, painter: QPainter, x: float, top: float, row: Sequence[KeyEntry]) -> None:
        for entry in row:
            middle = top + self._line / 2
            if isinstance(entry.sample, QPen):
                painter.setPen(entry.sample)
                painter.drawLine(QPointF(x, middle), QPointF(x + SAMPLE_PX - 4, middle))
            else:
                paint_point(painter, QPointF(x + SAMPLE_PX / 2 - 2, middle), entry.sample)
            length = self._length(entry)
            self._text(painter, self._caption, "ink_2", x + SAMPLE_PX, top, length, entry.name)
            x += length

    def _text(self, painter: QPainter, font: QFont, token: str, x: float, top: float, width: float, text: str) -> None:
        measure = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(self._theme.color(token))
        baseline = top + (self._line + measure.ascent() - measure.descent()) / 2
        painter.drawText(QPointF(x, baseline), measure.elidedText(text, Qt.TextElideMode.ElideRight, width))
