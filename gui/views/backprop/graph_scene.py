"""The recorded graph as a scene: ops in a row, parameters below them, data and loss at the ends.

Items are made once per network; every new recording of the same network only changes their numbers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication, QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from beras.trace import GraphTrace
from gui.domain.backprop.graph_folding import runs_to_fold
from gui.domain.backprop.pass_progress import Direction, PassProgress
from gui.state.settings import Settings
from gui.views.backprop.graph_arrows import ArrowItem
from gui.views.backprop.graph_items import OpItem
from gui.views.backprop.graph_parts import GraphParts, PartsMaker
from gui.views.backprop.graph_places import Arranger
from gui.views.backprop.graph_text import GraphFonts, norm_name, shape_text
from gui.views.backprop.graph_writer import GraphWriter, Norms, Shown, norms_of
from gui.views.backprop.pulse import Pulse
from gui.views.looks.theme import Theme, ThemeProvider

__all__ = ["GraphScene", "norm_name", "shape_text"]


USUAL_DPI = 96


class GraphScene(QGraphicsScene):
    """Shows one ``GraphTrace`` at a time, whole or as far as a walk through it has come."""

    op_chosen = Signal(int)  # clicked, or Enter pressed on it; of a folded block the first op
    laid_out = Signal()  # everything has been drawn anew: another network, another size, folded or unfolded
    pulse_ended = Signal()

    def __init__(
        self, themes: ThemeProvider, font: QFont, parent: QObject | None = None, *, motion: bool = True
    ) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self._themes = themes
        self._fonts = GraphFonts(font)
        self._motion = motion
        self._settings: Settings | None = None
        self._trace: GraphTrace | None = None
        self._structure: tuple[Any, ...] | None = None
        self._parts = GraphParts((), [], False)
        self._writer: GraphWriter | None = None
        self._shown = Shown()
        self._folded: frozenset[int] = frozenset()
        self._norms: Norms = {}
        self._before: Norms = {}
        self._pulses: list[Pulse] = []
        themes.theme_changed.connect(self._on_theme_changed)

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def trace(self) -> GraphTrace | None:
        return self._trace

    @property
    def progress(self) -> PassProgress | None:
        return self._shown.progress

    @property
    def shown(self) -> Shown:
        """What of the recording is shown."""
        return self._shown

    @property
    def parts(self) -> GraphParts:
        """The items and what they stand for."""
        return self._parts

    @property
    def op_items(self) -> list[OpItem]:
        """The ops in recorded order; ``key`` of each is its index in the trace, of a folded block that of its first."""
        return list(self._parts.ops)

    @property
    def folded(self) -> frozenset[int]:
        """The first ops of the layers that are drawn as one block."""
        return self._folded

    @property
    def dots_per_inch(self) -> int:
        """By which the letters were measured."""
        screen = QGuiApplication.primaryScreen()
        return round(screen.logicalDotsPerInch()) if screen is not None else USUAL_DPI

    @property
    def is_seen(self) -> bool:
        """Whether it is anywhere on the screen."""
        return any(view.isVisible() for view in self.views())

    def item_of(self, index: int) -> OpItem | None:
        """The box of op ``index``, or of the block that it is folded into."""
        number = self._parts.number_of.get(index)
        return None if number is None else self._parts.ops[number]

    # -- recordings ---------------------------------------------------------------------------------------------------

    def show_trace(self, trace: GraphTrace | None) -> bool:
        """Draw a trace; returns True if the drawing was laid out anew."""
        self._note_norms(trace)
        self._trace = trace
        if trace is None:
            self._forget()
            return True
        structure = _structure_of(trace)
        anew = structure != self._structure
        if anew:
            folds = self._folded
            self._folded = frozenset(run[0] for run in runs_to_fold(trace)) if self.is_folded else frozenset()
            if self._structure is not None and _ops_of(structure) == _ops_of(self._structure):
                self._folded = folds
            self._structure = structure
            self._build(trace)
        else:
            self._writer = GraphWriter(self._parts, trace, self._before)
            self._writer.write(self._shown)
        return anew

    def show_progress(self, progress: PassProgress | None) -> None:
        """Show the recording as far as a walk through it has come; None shows everything."""
        self._show(Shown(self._shown.has_shapes, self._shown.has_norms, progress))

    def set_shapes(self, shown: bool) -> None:
        """Write shapes at edges and parameters, or leave them out."""
        self._show(Shown(shown, self._shown.has_norms, self._shown.progress), arrange=True)

    def set_norms(self, shown: bool) -> None:
        """Write the norms of gradients, or leave them to the widths of the arrows."""
        self._show(Shown(self._shown.has_shapes, shown, self._shown.progress), arrange=True)

    def set_font(self, font: QFont) -> None:
        """Draw everything anew in another size."""
        self._fonts = GraphFonts(font)
        self._rebuild()

    def set_motion(self, motion: bool) -> None:
        """Whether pulses are drawn; off under reduced motion."""
        self._motion = motion
        if not motion:
            self.stop_pulses()

    def follow_motion(self, settings: Settings) -> None:
        """Draw pulses as long as the settings do not ask for reduced motion."""
        self._settings = settings
        settings.changed.connect(self._on_setting_changed)
        self._on_setting_changed()

    @Slot()
    def _on_setting_changed(self) -> None:
        if self._settings is not None:
            self.set_motion(not self._settings.reduce_motion)

    @property
    def motion(self) -> bool:
        """Whether pulses are drawn."""
        return self._motion

    def _note_norms(self, trace: GraphTrace | None) -> None:
        """Keep the norms of the recording before; the same one shown again is compared with what it was before."""
        if trace is None:
            self._norms, self._before = {}, {}
        elif trace is not self._trace:
            is_alike = self._trace is not None and _sizes_of(self._trace) == _sizes_of(trace)
            self._before, self._norms = self._norms if is_alike else {}, norms_of(trace)

    def _show(self, shown: Shown, arrange: bool = False) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        if self._writer is not None:
            self._writer.write(shown)
            if arrange:
                self._arrange()

    # -- folding ------------------------------------------------------------------------------------------------------

    @property
    def is_folded(self) -> bool:
        """Whether any layer is drawn as one block with its activation."""
        return bool(self._folded)

    def set_folded(self, folded: bool) -> None:
        """Draw every layer and what follows it alone as one block, or every op by itself."""
        runs = runs_to_fold(self._trace) if self._trace is not None and folded else ()
        self._fold(frozenset(run[0] for run in runs))

    def toggle_fold(self, index: int) -> bool:
        """Fold or unfold the one layer that op ``index`` belongs to; False if there is nothing to fold."""
        runs = () if self._trace is None else runs_to_fold(self._trace)
        run = next((run for run in runs if index in run), None)
        if run is None:
            return False
        self._fold(self._folded ^ {run[0]})
        item = self.item_of(run[0])
        if item is not None:
            item.setFocus()
        return True

    def _fold(self, folded: frozenset[int]) -> None:
        if folded != self._folded:
            self._folded = folded
            self._rebuild()

    # -- choosing -----------------------------------------------------------------------------------------------------

    def select(self, index: int) -> None:
        """Select an op and bring it into every view; nobody is told that it was chosen."""
        item = self.item_of(index)
        if item is None:
            return
        for other in self.selectedItems():
            if other is not item:
                other.setSelected(False)
        item.setSelected(True)
        for view in self.views():
            view.ensureVisible(item)

    # -- pulses -------------------------------------------------------------------------------------------------------

    def pulse(self, index: int, direction: Direction, duration_ms: int) -> None:
        """Let dots travel to op ``index`` (forward), or from it to its inputs and parameters (backward)."""
        self.stop_pulses()
        paths = self._paths(index, direction)
        if not self._motion or duration_ms <= 0 or not paths:
            return
        color = self._themes.theme.color("ink_3" if direction == "forward" else "gradient")
        pulse = Pulse(self, paths, color, duration_ms, self._fonts.unit)
        self._pulses.append(pulse)
        pulse.ended.connect(self._on_pulse_ended)
        pulse.start()

    def stop_pulses(self) -> None:
        """Take every dot away at once."""
        for pulse in list(self._pulses):
            pulse.stop()

    @property
    def is_pulsing(self) -> bool:
        return bool(self._pulses)

    @Slot()
    def _on_pulse_ended(self) -> None:
        self._pulses = []
        self.pulse_ended.emit()

    def _paths(self, index: int, direction: Direction) -> list[QPainterPath]:
        """The arrows that op ``index`` receives from in a forward step, or sends along in a backward step."""
        parts, number = self._parts, self._parts.number_of.get(index)
        if number is None or parts.is_crowd or direction == "update":
            return []
        edges = [edge for edge in parts.edges if edge.edge.node == index]
        below = [each for each in parts.parameters[number] if each.node == index]
        arrows: list[ArrowItem] = []
        if direction == "forward":
            arrows = [edge.forward for edge in edges] + [each.forward for each in below]
        else:
            arrows = [e.backward for e in edges if e.backward is not None and e.backward.is_drawn]
            arrows += [each.backward for each in below if each.backward.isVisible()]
        return [arrow.path for arrow in arrows]

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.stop_pulses()
        self.clear()
        self._structure, self._writer = None, None
        self._parts = GraphParts((), [], False)

    def _rebuild(self) -> None:
        """Make all items anew, in another size or folded otherwise; what was selected and focused stays so."""
        if self._trace is None:
            return
        chosen = [item.key for item in self.selectedItems() if isinstance(item, OpItem)]
        focused = self.focusItem()
        focus = focused.key if isinstance(focused, OpItem) else None
        self._build(self._trace)
        for key in chosen:
            if isinstance(key, int) and (item := self.item_of(key)) is not None:
                item.setSelected(True)
        if isinstance(focus, int) and (item := self.item_of(focus)) is not None:
            item.setFocus()

    def _build(self, trace: GraphTrace) -> None:
        self.stop_pulses()
        self.clear()
        self._parts = PartsMaker(trace, self._themes.theme, self._fonts, self._folded).make()
        for item in self._parts.items():
            self.addItem(item)
        for op in self._parts.ops:
            self._listen(op)
        self._writer = GraphWriter(self._parts, trace, self._before)
        self._writer.write(self._shown)
        self._arrange()

    def _listen(self, item: OpItem) -> None:
        key = item.key
        if isinstance(key, int):
            item.on_chosen = partial(self.op_chosen.emit, key)
            item.on_fold = partial(self.toggle_fold, key)

    def _arrange(self) -> None:
        self.setSceneRect(Arranger(self._parts, self._fonts).arrange())
        self.laid_out.emit()

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        for item in self._parts.items():
            item.set_theme(theme)


def _structure_of(trace: GraphTrace) -> tuple[Any, ...]:
    """What the drawing depends on beyond the network: shapes, gaps, and whether there are arrays to draw."""
    shapes = tuple((node.output_shape, tuple((i.shape, i.gap) for i in node.inputs)) for node in trace.nodes)
    has_arrays = any(node.output is not None for node in trace.nodes)
    return trace.structure, shapes, has_arrays, trace.gap, tuple(node.detail for node in trace.nodes)


def _sizes_of(trace: GraphTrace) -> tuple[Any, ...]:
    """What two recordings must share so that their norms can be compared: the network, and how many samples."""
    return trace.structure, tuple(node.output_shape for node in trace.nodes)


def _ops_of(structure: tuple[Any, ...]) -> Any:
    return structure[0]
