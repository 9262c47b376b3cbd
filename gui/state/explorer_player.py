"""Plays the explorer's walk op by op, from one op per second to as fast as the window can draw."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.state.pass_walk import PassWalk

SLOWEST, FASTEST = 1.0, 32.0
"""Ops per second; at the upper end there is no limit."""


class ExplorerPlayer(QObject):
    """``speed`` in ops per second. At the end of a whole batch it trains that batch and goes on with the next."""

    changed = Signal()

    def __init__(self, explorer: PassWalk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self.speed = SLOWEST
        self._waits_for_batch = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        explorer.record_changed.connect(self._on_record_changed)

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive() or self._waits_for_batch

    @property
    def is_unlimited(self) -> bool:
        return self.speed >= FASTEST

    @property
    def interval_ms(self) -> int:
        """Between two ops; 0 for at once."""
        return 0 if self.is_unlimited else round(1000 / self.speed)

    @Slot()
    def toggle(self) -> None:
        """Play, or stand still."""
        if self.is_playing:
            self.stop()
        elif self._explorer.can_step:
            if self._explorer.is_at_end and not self._goes_on:
                self._explorer.go_to_begin()
            self._timer.start(self.interval_ms)
            self.changed.emit()
            self._advance()

    @Slot()
    def stop(self) -> None:
        if self.is_playing:
            self._waits_for_batch = False
            self._timer.stop()
            self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Ops per second from now on; where the walk stands does not change."""
        speed = min(max(speed, SLOWEST), FASTEST)
        if speed != self.speed:
            self.speed = speed
            if self._timer.isActive():
                self._timer.setInterval(self.interval_ms)
            self.changed.emit()

    @property
    def _goes_on(self) -> bool:
        record = self._explorer.record
        return record is not None and record.is_whole and self._explorer.can_train

    @Slot()
    def _advance(self) -> None:
        explorer = self._explorer
        if not explorer.can_step:
            self.stop()
        elif not explorer.is_at_end:
            explorer.next_op()
            if explorer.is_at_end and not self._goes_on:
                self.stop()
        elif self._goes_on:
            self._timer.stop()
            self._waits_for_batch = True
            explorer.next_op()
        else:
            self.stop()

    @Slot()
    def _on_record_changed(self) -> None:
        if not self._waits_for_batch:
            return
        self._waits_for_batch = False
        if self._explorer.can_step:
            self._timer.start(self.interval_ms)
        else:
            self.changed.emit()
