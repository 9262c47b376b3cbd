"""The commands of File ▸ Export, and the dialogs in which all that is exported gets a place and a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.state.exports import ExportsState, Painter
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import CommandGroup
from gui.views.shell.file_dialogs import open_beside

SCRIPTS = ("Python scripts (*.py)",)
TABLES = ("Table for a spreadsheet (*.csv)",)
GRAPHS = {
    "png": "Picture (*.png)",
    "svg": "Drawing of lines, for any size (*.svg)",
    "pdf": "Page of its own size (*.pdf)",
    "dot": "Text for Graphviz (*.dot)",
}
CURVES = ("Picture (*.png)", "Drawing of lines, for any size (*.svg)", *TABLES)


class ExportActions(CommandGroup):
    """Each command asks the state, which asks for a place; the window paints, and knows which runs its table lists."""

    def __init__(
        self,
        themes: ThemeProvider,
        exports: ExportsState,
        paint: Painter,
        paint_compared: Painter,
        paint_graph: Painter,
        listed_ids: Callable[[], Sequence[str]],
        window: QWidget,
    ) -> None:
        super().__init__(themes, window, typed_in=window)
        self._exports, self._window = exports, window
        self._paint, self._paint_compared, self._paint_graph = paint, paint_compared, paint_graph
        self._listed_ids = listed_ids
        self.script = self._action(
            "export_script",
            "&Python script…",
            "Write the experiment as a Python script of plain BERAS calls",
            "Writes a short script that makes the data, builds the network and trains it. Run with Python, it has the "
            "same losses as the window, batch by batch, because it draws with the same seed.",
            exports.want_script,
            icon="export",
        )
        self.curves = self._action(
            "export_curves",
            "&Export curves…",
            "Write loss and accuracy of this run as a picture or a table",
            "Writes the curves with their key as a picture (PNG, or SVG for any size), with axes and zoom as they are; "
            "or every number as a table (CSV). The ending of the name says which.",
            exports.want_curves,
            icon="export",
        )
        self.compared = self._action(
            "export_compared",
            "Export co&mpared curves…",
            "Write the curves that are drawn in Compare as a picture or a table",
            "Writes the runs that are drawn in Compare, with their names, as a picture (PNG, or SVG for any size) or "
            "as a table of their values after each epoch (CSV). The ending of the name says which.",
            exports.want_compared,
            icon="export",
        )
        self.graph = self._action(
            "export_graph",
            "Recorded &graph…",
            "Write the recorded graph as a picture, a page or text for Graphviz",
            "Writes the whole recorded graph, also what is out of sight, as a picture (PNG, or SVG for any size), as a "
            "page (PDF), or as text that Graphviz lays out (DOT). The ending of the name says which.",
            exports.want_graph,
            icon="export",
        )
        exports.changed.connect(self.refresh)
        exports.script_place_wanted.connect(self._on_script_place_wanted)
        exports.curves_place_wanted.connect(self._on_curves_place_wanted)
        exports.compared_place_wanted.connect(self._on_compared_place_wanted)
        exports.graph_place_wanted.connect(self._on_graph_place_wanted)
        exports.table_place_wanted.connect(self._on_table_place_wanted)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Without a batch there are no curves and no graph, and without check boxes that are set none to compare."""
        self.graph.setEnabled(self._exports.has_graph)
        self.curves.setEnabled(self._exports.has_curves)
        self.compared.setEnabled(self._exports.has_compared)

    # -- places -------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_script_place_wanted(self) -> None:
        exports = self._exports
        self._choose("script", "Export a Python script", exports.suggested_script, SCRIPTS, exports.export_script)

    @Slot()
    def _on_curves_place_wanted(self) -> None:
        export = partial(self._exports.export_curves, paint=self._paint)
        self._choose("curves", "Export the curves", self._exports.suggested_curves, CURVES, export)

    @Slot()
    def _on_compared_place_wanted(self) -> None:
        export = partial(self._exports.export_compared, paint=self._paint_compared)
        self._choose("compared", "Export the compared curves", self._exports.suggested_compared, CURVES, export)

    @Slot(str)
    def _on_graph_place_wanted(self, kind: str) -> None:
        export = partial(self._exports.export_graph, paint=self._paint_graph)
        filters = (GRAPHS[kind], *(text for each, text in GRAPHS.items() if each != kind))
        self._choose("graph", "Export the recorded graph", self._exports.suggested_graph(kind), filters, export)

    @Slot()
    def _on_table_place_wanted(self) -> None:
        self._choose("table", "Export the table of runs", self._exports.suggested_table, TABLES, self._on_table)

    def _on_table(self, path: Path) -> None:
        self._exports.export_table(path, self._listed_ids())

    def _choose(
        self, name: str, title: str, place: Path, filters: tuple[str, ...], then: Callable[[Path], None]
    ) -> None:
        """Without waiting for the answer; whether a file may be replaced is asked by the state."""
        dialog = QFileDialog(self._window, title, str(place.parent))
        dialog.setObjectName(f"dialog_{name}")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(filters)
        dialog.setDefaultSuffix(_ending(filters[0]))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_ending(chosen)))
        dialog.selectFile(place.name)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        open_beside(dialog)


def _ending(name_filter: str) -> str:
    """ "png" of "Picture (*.png)"."""
    return name_filter.rsplit("*.", 1)[1].rstrip(")")
