"""The card round a drawn graph: what is shown of it, find, overview, key, and the ways out as a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QFontMetrics, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from gui.views.backprop.graph_find import FindBar
from gui.views.backprop.graph_legend import GraphLegend
from gui.views.backprop.graph_minimap import GraphMinimap
from gui.views.backprop.graph_picture import graph_image, graph_picture
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import READABLE, GraphView
from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.card import Card
from gui.views.widgets.flow_layout import FlowLayout

TITLE = "Recorded graph"
NARROWEST = 16.0  # in lines of text
CROWD = "so many ops that they are plain boxes, without parameters, shapes and norms"
SWITCHES = (
    (
        "shapes",
        "Shapes",
        "Write the shape of every value and parameter into the graph",
        "With it, arrows and parameters say how large the arrays are, batch first; without it the graph is narrower.",
    ),
    (
        "norms",
        "Norms",
        "Write the norm of every gradient into the graph",
        "With it, blue arrows and parameters say how large the gradient is; without it only the width does.",
    ),
    (
        "collapse",
        "Collapse",
        "Draw each layer and its activation as one block",
        "Draws a layer with parameters and the ops that follow it alone as one block, such as Dense 1 + LeakyReLU. The "
        "arrows between blocks are the recorded ones. A double click or F folds or unfolds one.",
    ),
)
FORMATS = (
    ("png", "&Picture (PNG)…", "Write the whole graph as a picture with twice the pixels of the screen"),
    ("svg", "&Drawing of lines (SVG)…", "Write the whole graph as a drawing that stays sharp in any size"),
    ("pdf", "P&age (PDF)…", "Write the whole graph as a page of its own size"),
    ("dot", "&Text for Graphviz (DOT)…", "Write ops, edges, shapes and norms as text that Graphviz lays out"),
)


class Switch(QPushButton):
    """A button that is written bold while it is on, and always has the room for that."""

    def sizeHint(self) -> QSize:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        more = QFontMetrics(bold).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(self.text())
        return super().sizeHint() + QSize(max(more, 0), 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class GraphCard(Card):
    """Controls in the header, or in a row below it where that has no room; ``picture`` gives the bytes of a file."""

    export_wanted = Signal(str)  # "png", "svg", "pdf" or "dot": a place for such a file is to be chosen

    def __init__(self, themes: ThemeProvider, scene: GraphScene, name: str, parent: QWidget | None = None) -> None:
        self._scene, self._said = scene, ""
        super().__init__(themes, TITLE, parent=parent)
        self._sentence: str | None = None
        self._button: str | None = None
        self.setObjectName(f"{name}_card")
        self.view = GraphView(scene, name, least_fit=READABLE)
        self.find_bar = FindBar(themes, scene, self.view)
        self.legend = GraphLegend(themes, f"{name}_legend")
        self.minimap = GraphMinimap(themes, scene, self.view)
        self.switches: dict[str, QPushButton] = {}
        self._tools = QWidget()
        self._build_tools(name)
        self._below = QHBoxLayout()
        self.body.addLayout(self._below)
        self.body.addWidget(self.find_bar)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.legend)
        self.add_header_widget(self._tools)
        self._add_keys(name)
        scene.laid_out.connect(self.refresh)
        themes.font_changed.connect(self._place_tools)
        self.refresh()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_tools(self, name: str) -> None:
        row = FlowLayout(metrics.LABEL_GAP_PX, self._tools)
        segments = QHBoxLayout()
        segments.setSpacing(0)
        slots = (self._scene.set_shapes, self._scene.set_norms, self._scene.set_folded)
        for place, ((key, text, tip, explanation), switch) in enumerate(zip(SWITCHES, slots, strict=True)):
            button = Switch(text)
            button.setCheckable(True)
            button.setChecked(key != "collapse")
            button.setAutoDefault(False)
            button.setProperty("small", "true")
            button.setProperty("segment", ("first", "middle", "last")[place])
            _explain(button, f"{name}_{key}_button", text, tip, explanation)
            button.clicked.connect(switch)
            self.switches[key] = button
            segments.addWidget(button)
        row.addLayout(segments)
        icons = QHBoxLayout()
        icons.setSpacing(metrics.HALF_PX)
        for icon in (self._fit_button(name), self._find_button(name), self._export_button(name)):
            icons.addWidget(icon)
        row.addLayout(icons)
        self._tools.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def _icon_button(self, name: str, icon: str, text: str, tip: str, explanation: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("square", "true")
        button.setProperty("flat", "true")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        _explain(button, name, text, tip, explanation)
        bind_icon(button, icon, self._themes)
        return button

    def _fit_button(self, name: str) -> QToolButton:
        tip = "Show the whole graph (Home)"
        explanation = "Shows the whole graph again, after it was zoomed or moved, and keeps doing so."
        button = self._icon_button(f"{name}_fit_button", "fit", "Fit the graph", tip, explanation)
        button.clicked.connect(self.view.fit)
        return button

    def _find_button(self, name: str) -> QToolButton:
        tip = "Find an op in the graph (Ctrl+F)"
        explanation = "Opens a field for the name of an op, an output or a parameter, and goes to what is found."
        button = self._icon_button(f"{name}_find_button", "find", "Find in the graph", tip, explanation)
        button.clicked.connect(self.find_bar.open)
        return button

    def _export_button(self, name: str) -> QToolButton:
        explanation = (
            "Offers the whole graph as a file for a page, a slide or another program, or as a picture to paste."
        )
        tip = "Export or copy the graph"
        self.export_button = self._icon_button(f"{name}_export_button", "export", "Export the graph", tip, explanation)
        menu = QMenu(self.export_button)
        menu.setObjectName(f"{name}_export_menu")
        menu.setAccessibleName("Ways to export the graph")
        for kind, text, each_tip in FORMATS:
            wanted = partial(self.export_wanted.emit, kind)
            menu.addAction(self._action(f"{name}_export_{kind}", text, each_tip, wanted))
        self.copy_action = self._action(f"{name}_copy", "&Copy image", "Copy the whole graph as a picture", self.copy)
        self.copy_action.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        menu.addSeparator()
        menu.addAction(self.copy_action)
        menu.setToolTipsVisible(True)
        self.export_button.setMenu(menu)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return self.export_button

    def _action(self, name: str, text: str, tip: str, slot: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"action_{name}")
        action.setToolTip(tip)
        action.setStatusTip(tip)
        action.setWhatsThis(f"{tip}. All of it, also what is out of sight, on a plain background of the theme.")
        action.triggered.connect(lambda _=False: slot())
        return action

    def _add_keys(self, name: str) -> None:
        """Keys that count while the focus is anywhere in the card."""
        tip = "Find an op in the recorded graph"
        find = self._action(f"{name}_find", "Find in the graph", tip, self.find_bar.open)
        find.setShortcut(QKeySequence("Ctrl+F"))
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addActions([find, self.copy_action])

    # -- header -------------------------------------------------------------------------------------------------------

    def add_leading_widget(self, widget: QWidget) -> None:
        super().add_leading_widget(widget)
        self._place_tools()

    def set_caption(self, caption: str) -> None:
        """The grey words after the title; a very large graph adds how it is drawn."""
        self._said = caption
        note = CROWD if self._scene.parts.is_crowd else ""
        super().set_caption(", ".join(part for part in (caption, note) if part))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools()
        self.legend.setVisible(self.height() >= super().minimumSizeHint().height() + self._legend_room(True))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a larger font has reached the controls
            self._place_tools()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """Without the key, which gives way to the graph, and with the controls below the title."""
        least = super().minimumSizeHint() - QSize(0, self._legend_room(False))
        narrow = self._tools.layout().minimumSize().width() + 2 * metrics.CARD_PADDING_PX
        return QSize(min(least.width(), max(narrow, metrics.scaled(self.font(), NARROWEST))), least.height())

    def _legend_room(self, wanted: bool) -> int:
        """The height that the key would take if it is hidden, or takes if it is shown; 0 in the other case."""
        if self.legend.isHidden() != wanted:
            return 0
        return self.legend.height_for(self.width() - 2 * metrics.CARD_PADDING_PX) + metrics.GRID_PX

    @property
    def is_wrapped(self) -> bool:
        """Whether the controls are below the header."""
        return self._below.indexOf(self._tools) >= 0

    @Slot()
    def _place_tools(self) -> None:
        """Into the header if there is room beside the title, else into the row below it."""
        others = [self._header.itemAt(place).widget() for place in range(self._header.count())]
        shown = [each for each in others if each is not None and each is not self._tools and each is not self._caption]
        needed = sum(each.sizeHint().width() + metrics.LABEL_GAP_PX for each in shown if not each.isHidden())
        needed += self._tools.sizeHint().width() + 2 * metrics.CARD_PADDING_PX + metrics.LABEL_GAP_PX
        below = needed > self.width()
        self._tools.setMinimumWidth(0 if below else self._tools.sizeHint().width())  # the caption is cut off first
        if below != self.is_wrapped:
            (self._header if below else self._below).removeWidget(self._tools)
            if below:
                self._below.addWidget(self._tools)
            else:
                self.add_header_widget(self._tools)

    # -- state --------------------------------------------------------------------------------------------------------

    def set_empty(self, sentence: str | None, button: str | None = None) -> None:
        """As every card; and if nothing was recorded the graph's own sentence says why."""
        self._sentence, self._button = sentence, button
        self._show_empty()

    @Slot()
    def refresh(self) -> None:
        """Say how the graph is drawn now."""
        parts = self._scene.parts
        self.set_caption(self._said)
        self.switches["collapse"].setChecked(self._scene.is_folded)
        shown = self._scene.shown
        for key, is_on in (("shapes", shown.has_shapes), ("norms", shown.has_norms)):
            self.switches[key].setEnabled(not parts.is_crowd)
            self.switches[key].setChecked(is_on)
        self.export_button.setEnabled(bool(parts.ops))
        self.copy_action.setEnabled(bool(parts.ops))
        self._show_empty()

    def _show_empty(self) -> None:
        trace = self._scene.trace
        own = trace.gap if trace is not None and not trace.nodes else None
        self._empty_text.setWordWrap(own is not None)
        super().set_empty(self._sentence if own is None else own, self._button if own is None else None)

    # -- pictures -----------------------------------------------------------------------------------------------------

    def picture(self, kind: str, title: str = TITLE) -> bytes:
        """The whole graph as the content of a file: "png", "svg", "pdf" or "dot"; ``ValueError`` if there is none."""
        return graph_picture(self._scene, self._themes.theme, kind, title)

    @Slot()
    def copy(self) -> None:
        """Put the whole graph into the clipboard as a picture."""
        if self._scene.op_items:
            QGuiApplication.clipboard().setImage(graph_image(self._scene, self._themes.theme))


def _explain(widget: QWidget, name: str, text: str, tip: str, explanation: str) -> None:
    widget.setObjectName(name)
    widget.setAccessibleName(text)
    widget.setToolTip(tip)
    widget.setWhatsThis(explanation)
