"""Gradient health: which layers learn, the rule that says why one does not, and one experiment to try, a click away."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from gui.domain.health.rules import Level
from gui.domain.health.strips import QUANTITIES
from gui.domain.health.words import limit_text
from gui.state.health import AT_RESTART, HealthState
from gui.views.experiment.component_form import choice_combo
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size, set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.train.health_lights import paint_light
from gui.views.train.health_rows import HealthPicture, HealthRows
from gui.views.widgets.card import Card
from gui.views.widgets.pixel_image import image_of
from gui.views.widgets.themed import ThemedWidget, elided_label, rule, text_label

REDRAW_INTERVAL_MS = 500  # nobody reads faster, and every redraw takes the interpreter from the training
SENTENCE_INTERVAL_MS = 2000  # another text lays the whole page out anew
NOTHING = "How the gradient flows through each layer appears here while the network trains."
NOT_KEPT = "Not measured: this run comes from a file, which does not hold it."
RAMP_LINES, RAMP_SHARE = 5.0, 0.62
LIGHT_SHARE = 0.85
COMBO_LINES, ROWS_BUTTON_LINES = 7.5, 5.0
LEAST_SENTENCE, GOOD_SENTENCE = 11.0, 18.0  # in lines of text


class RampLegend(ThemedWidget):
    """What the blue of the strips means: the two ends of the scale."""

    def __init__(self, themes: ThemeProvider) -> None:
        super().__init__(themes)
        self._limits: tuple[float, float] | None = None
        self.setObjectName("health_ramp")
        self.setAccessibleName("Scale of the strips")
        self.setToolTip("Which size of a gradient each blue stands for; the scale is logarithmic")
        self.setWhatsThis("The scale of the strips below. It is logarithmic: equal steps of colour are equal factors.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_limits(self, limits: tuple[float, float] | None) -> None:
        if limits != self._limits:
            self._limits = limits
            self.updateGeometry()
            self.update()

    @property
    def _texts(self) -> tuple[str, str]:
        return ("", "") if self._limits is None else (limit_text(self._limits[0]), limit_text(self._limits[1]))

    def sizeHint(self) -> QSize:
        room = QFontMetrics(self.role_font(Role.CAPTION))
        ramp = metrics.scaled(self.font(), RAMP_LINES)
        return QSize(ramp + sum(map(room.horizontalAdvance, self._texts)) + 2 * metrics.HALF_PX + 4, room.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._limits is None:
            return
        painter = QPainter(self)
        painter.setFont(self.role_font(Role.CAPTION))
        painter.setPen(self.theme.color("ink_3"))
        room = QFontMetrics(painter.font())
        low, high = self._texts
        left, right = room.horizontalAdvance(low) + metrics.HALF_PX, room.horizontalAdvance(high) + metrics.HALF_PX
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)
        height = RAMP_SHARE * room.height()
        bar = QRectF(left, (self.height() - height) / 2, max(0, self.width() - left - right), height)
        ramp: QImage = image_of(self.theme.signed_lookup("gradient")[None, 128:])
        painter.drawImage(bar, ramp)


class _Light(ThemedWidget):
    """The light of the whole network, beside the sentence that says it in words."""

    def __init__(self, themes: ThemeProvider, health: HealthState) -> None:
        super().__init__(themes)
        self._health = health
        self.setObjectName("health_light")
        self.setAccessibleName("Light of the network")
        self.setToolTip("Tick: every layer learns. Outlined triangle: watch. Filled triangle: trouble")
        self.setWhatsThis(
            "The worst light of all layers, as a shape: a tick, an outlined or a filled triangle, a dash."
        )
        fix_size(self, width=LIGHT_SHARE, height=1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        findings, found = self._health.findings, self._health.finding
        if findings:
            calm: Level = "unknown" if any(each.level == "unknown" for each in findings) else "healthy"
            paint_light(QPainter(self), QRectF(self.rect()), calm if found is None else found.level, self.theme)


class _Foot(QWidget):
    """A sentence with its light, and an action beside it, or beneath it where there is little room."""

    def __init__(self, light: QWidget, sentence: QWidget, action: QWidget) -> None:
        super().__init__()
        self._sides = light, sentence, action
        said = QHBoxLayout()
        said.setSpacing(metrics.LABEL_GAP_PX)
        said.addWidget(light)
        said.addWidget(sentence, 1)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(metrics.LABEL_GAP_PX)
        self._parts.addLayout(said, 1)
        self._parts.addWidget(action)

    def minimumSizeHint(self) -> QSize:
        """As narrow as a short sentence, or as the action beneath it."""
        action = self._sides[2].minimumSizeHint().width()
        width = max(metrics.scaled(self.font(), LEAST_SENTENCE), action)
        return QSize(width, self._parts.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        direction = QBoxLayout.Direction
        room = metrics.scaled(self.font(), GOOD_SENTENCE) + self._sides[2].sizeHint().width()
        self._parts.setDirection(direction.LeftToRight if self.width() >= room else direction.TopToBottom)
        super().resizeEvent(event)


class HealthCard(Card):
    """Rows, a sentence and one action. In a low place the rows are closed at first, and the sentence stays."""

    def __init__(self, themes: ThemeProvider, health: HealthState) -> None:
        super().__init__(themes, "Gradient health")
        self._health = health
        self._drawn, self._written, self._head = QElapsedTimer(), QElapsedTimer(), ""
        self._is_chosen = False  # somebody has opened or closed the rows by hand
        self.setObjectName("health_card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.rows = HealthRows(themes)
        self._ramp = RampLegend(themes)
        self._light = _Light(themes, health)
        self._quantity = choice_combo(
            "What the strips show",
            [(each.symbol, each) for each in QUANTITIES],
            "What is shown over time: the size of a gradient, or of the last step (dashed: the usual 1e-3).",
        )
        self._quantity.setObjectName("health_quantity")
        self._quantity.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fix_size(self._quantity, width=COMBO_LINES)
        for i, each in enumerate(QUANTITIES):
            self._quantity.setItemData(i, each.explanation, Qt.ItemDataRole.ToolTipRole)
        self._rows_button = self._button(
            "layers",
            "health_rows_button",
            "Show a row for every layer, or only the sentence",
            "Opens and closes the rows of the layers. Closed, the panel still says whether every layer learns.",
        )
        self._rows_button.setCheckable(True)
        self._rows_button.setChecked(True)
        set_least_size(self._rows_button, width=ROWS_BUTTON_LINES)
        self.sentence_label = text_label()
        self.sentence_label.setObjectName("health_sentence")
        self.sentence_label.setTextFormat(Qt.TextFormat.RichText)
        self.sentence_label.setWordWrap(True)
        self.sentence_label.setToolTip("The rule that gives the light, with the numbers it goes by")
        self.sentence_label.setWhatsThis(
            "Says whether the layers learn, and by which numbers. In trouble it names the layer, the rule with its "
            "threshold, and for how many steps it has been so."
        )
        self._try_button = self._button(
            "",
            "health_try_button",
            "Make this change of the experiment; Undo takes it back",
            "Makes one change against what is wrong, as an edit that can be undone. Some changes take effect at the "
            "next batch, others take a restart: that is said beside it.",
        )
        self._effect = elided_label("", Role.CAPTION, "caption")
        self._fill()
        self._connect()
        self.refresh()

    @staticmethod
    def _button(text: str, name: str, tip: str, explanation: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("small", "true")
        button.setObjectName(name)
        button.setAccessibleName(text or tip)
        button.setToolTip(tip)
        button.setWhatsThis(explanation)
        return button

    def _fill(self) -> None:
        for widget in (self._ramp, self._quantity, self._rows_button):
            self.add_header_widget(widget)
        self._rule = rule()
        self._action = QWidget()
        action = QHBoxLayout(self._action)
        action.setContentsMargins(0, 0, 0, 0)
        action.setSpacing(metrics.LABEL_GAP_PX)
        action.addWidget(self._effect)
        action.addWidget(self._try_button, 0, Qt.AlignmentFlag.AlignRight)
        self.body.setSpacing(metrics.HALF_PX)
        self.body.addWidget(self.rows)
        self.body.addWidget(self._rule)
        self.body.addWidget(_Foot(self._light, self.sentence_label, self._action))

    def _connect(self) -> None:
        self._quantity.activated.connect(self._on_quantity_chosen)
        self._rows_button.clicked.connect(self._on_rows_clicked)
        self._rows_button.toggled.connect(self._show_rows)
        self._try_button.clicked.connect(self._on_try_clicked)
        self.rows.row_chosen.connect(self._say)
        self._health.changed.connect(self._on_changed)

    # -- room ---------------------------------------------------------------------------------------------------------

    def set_low(self, is_low: bool) -> None:
        """Whether there is little room here; whoever has opened or closed the rows keeps that."""
        if not self._is_chosen and self._rows_button.isChecked() == is_low:
            self._rows_button.setChecked(not is_low)

    @Slot()
    def _on_rows_clicked(self) -> None:
        self._is_chosen = True

    @Slot(bool)
    def _show_rows(self, shown: bool) -> None:
        for widget in (self.rows, self._rule, self._ramp, self._quantity):
            widget.setVisible(shown)
        self.refresh()

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        is_fresh = self._drawn.isValid() and self._drawn.elapsed() < REDRAW_INTERVAL_MS
        if self.isVisible() and not (self._health.is_running and is_fresh and not self.is_empty):
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """The page was hidden while the run went on: catch up."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the health of the run as it is now."""
        self._drawn.start()
        health = self._health
        if health.is_empty:
            self.set_empty(NOT_KEPT if health.newest_done else NOTHING)
            self._show_header(False)
            return
        self.set_empty(None)
        self._show_header(True)
        if self._rows_button.isChecked():
            columns = health.all_columns
            self.rows.show_picture(
                HealthPicture(
                    columns,
                    health.done(columns.steps),
                    health.newest_done,
                    health.moment_done,
                    health.columns.latest,
                    health.findings,
                )
            )
            self._ramp.show_limits(self.rows.limits)
        self._say()

    def _show_header(self, has_measured: bool) -> None:
        is_open = has_measured and self._rows_button.isChecked()
        for widget, shown in ((self._ramp, is_open), (self._quantity, is_open), (self._rows_button, has_measured)):
            widget.setVisible(shown)

    @Slot()
    def _say(self) -> None:
        health, row = self._health, self.rows.row
        if row is not None and row < len(health.findings) and self._rows_button.isChecked():
            found = health.findings[row]
            head, said = f"{found.label}: {found.word}.", health.sentence(row)
        else:
            head, said = health.headline, health.sentence()
            if not head:
                head, _, said = said.partition(". ")
                head += "." if said else ""
        self._write(head, f"<b>{escape(head)}</b> {escape(said)}")
        self._light.update()
        self._offer()

    def _write(self, head: str, text: str) -> None:
        """Another verdict is written at once; of the same one, the numbers follow the run a little later."""
        is_fresh = self._written.isValid() and self._written.elapsed() < SENTENCE_INTERVAL_MS
        if head == self._head and is_fresh and self._health.is_running:
            return
        self._head = head
        self._written.start()
        if text != self.sentence_label.text():
            self.sentence_label.setText(text)

    def _offer(self) -> None:
        suggestion, awaits = self._health.suggestion, self._health.awaits_restart
        text = "Restart" if awaits else "" if suggestion is None else suggestion.label
        if text != self._try_button.text():
            self._try_button.setText(text)
            self._try_button.setAccessibleName(text)
        self._try_button.setToolTip(
            "Begin again with the changed experiment"
            if awaits
            else "Make this change of the experiment; Undo takes it back"
        )
        self._effect.setText(AT_RESTART if awaits else self._health.effect)
        self._action.setVisible(bool(text))

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_quantity_chosen(self, index: int) -> None:
        self.rows.set_quantity(QUANTITIES[index])
        self._ramp.show_limits(self.rows.limits)

    @Slot()
    def _on_try_clicked(self) -> None:
        if self._health.awaits_restart:
            self._health.restart()
        else:
            self._health.try_suggestion()
