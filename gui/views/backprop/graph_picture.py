"""The whole recorded graph as a picture for a page or a slide, however much of it is in sight: PNG, SVG, PDF."""

from __future__ import annotations

import math

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QStyle, QStyleOptionGraphicsItem

from gui.domain.backprop.graph_dot import dot_of
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks import metrics
from gui.views.looks.theme import Theme

KINDS = ("png", "svg", "pdf", "dot")
PNG_RATIO = 2.0
LARGEST_SIDE_PX = 16_000
LARGEST_AREA_PX = 50_000_000
POINTS_PER_INCH = 72


def graph_picture(scene: GraphScene, theme: Theme, kind: str, title: str) -> bytes:
    """The content of a file; ``ValueError`` for another kind, or while nothing is drawn."""
    if scene.trace is None or not scene.op_items:
        raise ValueError("There is no graph to draw. Train first, or record one batch.")
    if kind == "png":
        return png_bytes(graph_image(scene, theme))
    if kind == "svg":
        return _svg(scene, theme, title)
    if kind == "pdf":
        return _pdf(scene, theme, title)
    if kind == "dot":
        return dot_of(scene.trace, scene.folded, title).encode()
    raise ValueError(f"Unknown kind of picture {kind!r}. Known: {', '.join(KINDS)}.")


def _area(scene: GraphScene) -> QRectF:
    margin = float(metrics.PAGE_MARGIN_PX)
    return QRectF(scene.sceneRect().marginsAdded(QMarginsF(margin, margin, margin, margin)).toAlignedRect())


def graph_image(scene: GraphScene, theme: Theme) -> QImage:
    """Twice as many pixels as on the screen; fewer for a graph that would be too large for other programs."""
    area = _area(scene)
    ratio = min(PNG_RATIO, LARGEST_SIDE_PX / max(area.width(), area.height()))
    ratio = min(ratio, math.sqrt(LARGEST_AREA_PX / (area.width() * area.height())))
    size = QSize(math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(ratio, ratio)
    _paint(scene, theme, painter, area)
    painter.end()
    return image


def png_bytes(image: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub knows bytes, PySide a text
    return bytes(content.data())


def _svg(scene: GraphScene, theme: Theme, title: str) -> bytes:
    area, content = _area(scene), QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRect(0, 0, round(area.width()), round(area.height())))
    generator.setResolution(scene.dots_per_inch)  # that of the screen, by which the letters were measured
    generator.setTitle(title)
    generator.setDescription("The recorded graph of a training step, by BERAS Studio")
    painter = QPainter(generator)
    _paint(scene, theme, painter, area)
    painter.end()
    return bytes(content.data())


def _pdf(scene: GraphScene, theme: Theme, title: str) -> bytes:
    area, content = _area(scene), QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("BERAS Studio")
    writer.setResolution(scene.dots_per_inch)
    share = POINTS_PER_INCH / scene.dots_per_inch
    points = QSizeF(area.width() * share, area.height() * share)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "graph", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    _paint(scene, theme, painter, area)
    painter.end()
    return bytes(content.data())


def _paint(scene: GraphScene, theme: Theme, painter: QPainter, area: QRectF) -> None:
    """Item by item: the scene's own way would paint what a view has cached in the pixels of the screen."""
    painter.translate(-area.topLeft())
    painter.fillRect(area, theme.color("panel"))
    for item in scene.parts.items():
        if item.isVisible():
            option = QStyleOptionGraphicsItem()
            option.state = QStyle.StateFlag.State_None
            option.exposedRect = item.boundingRect()
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, option, None)
            painter.restore()
