"""The commands of the explorer: walk op by op, play, begin again. The states say what is possible."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from gui.state.explorer_player import ExplorerPlayer
from gui.state.pass_walk import PassWalk
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import CommandGroup

NEXT_KEYS, BACK_KEYS = ("Right", "PgDown"), ("Left", "PgUp")


class ExplorerActions(CommandGroup):
    """Their keys hold while the Backprop page is on show: ``set_on_show``. ``step_op`` of the run bar always works."""

    def __init__(
        self,
        themes: ThemeProvider,
        explorer: PassWalk,
        player: ExplorerPlayer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self._explorer, self._player = explorer, player
        self._is_on_show = False
        self._make_steps()
        self._make_ends()
        self._follow(True)
        self.refresh()

    def walk_through(self, walk: PassWalk, player: ExplorerPlayer) -> None:
        """Act on this walk from now on: the one that is on show."""
        if walk is not self._explorer:
            self._player.stop()
            self._follow(False)
            self._explorer, self._player = walk, player
            self._follow(True)
            self.refresh()

    def _follow(self, follows: bool) -> None:
        """Refresh when the walk changes, or leave it alone."""
        walk = self._explorer
        for signal in (walk.record_changed, walk.position_changed, walk.busy_changed, self._player.changed):
            if follows:
                signal.connect(self.refresh)
            else:
                signal.disconnect(self.refresh)

    def _make_steps(self) -> None:
        self.next = self._action(
            "next_op",
            "Next op",
            "Run the next op of this pass",
            "One press, one recorded op: forward to the loss, then backward, then the update of the weights. After the "
            "last one the next press trains this batch and begins with the one after it; in the scratchpad it begins "
            "again.",
            self._next,
            *NEXT_KEYS,
            icon="step",
        )
        self.back = self._action(
            "previous_op",
            "Back",
            "Take the last op back",
            "Goes one op back in this pass. Nothing is computed again and nothing is lost.",
            self._back,
            *BACK_KEYS,
            icon="back",
        )
        self.play = self._action(
            "play_ops",
            "Play",
            "Run op after op at the chosen speed",
            "Walks through the pass by itself. The slider says how many ops a second, also while it plays. With the "
            "whole batch recorded, it trains it and goes on with the next: training in slow motion.",
            self._toggle_play,
            icon="run",
        )

        self.step_op = self._action(
            "step_op",
            "Step op",
            "Run one op of the next batch, on the Backprop page",
            "The smallest step there is: one recorded op, forward or backward, with its real numbers. It opens the "
            "Backprop page, where the right arrow key goes on.",
            None,
            icon="step",
        )

        self.drawing = self._action(
            "hand_check",
            "Hand check",
            "Ops or units: the other drawing of this pass",
            "Changes between the recorded ops and, for small networks, the drawing of single units in which every "
            "weight can be set by hand.",
            None,
            "H",
        )

    def _make_ends(self) -> None:
        self.first = self._action(
            "first_op",
            "To the beginning",
            "Before the first op",
            "Goes back to where nothing has been computed yet.",
            self._first,
            icon="first",
        )
        self.last = self._action(
            "last_op",
            "To the end",
            "After the update",
            "Runs all ops of this pass at once, the update of the weights included.",
            self._last,
            icon="last",
        )

    @property
    def all(self) -> tuple[QAction, ...]:
        """In the order of the pass."""
        return self.first, self.back, self.play, self.next, self.last

    @property
    def with_keys(self) -> tuple[QAction, ...]:
        """Those whose keys hold in the whole window."""
        return *self.all, self.drawing

    def set_on_show(self, is_on_show: bool) -> None:
        """Arrow keys belong to the page that is on show."""
        self._is_on_show = is_on_show
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Enable what is possible now."""
        explorer = self._explorer
        can = explorer.can_step and self._is_on_show
        at_end, at_begin = explorer.is_at_end, explorer.position == 0
        self.next.setEnabled(can and (not at_end or explorer.can_train))
        self.next.setText(explorer.end_command if at_end and explorer.can_step else "Next op")
        self.back.setEnabled(can and not at_begin)
        self.first.setEnabled(can and not at_begin)
        self.last.setEnabled(can and not at_end)
        self.drawing.setEnabled(self._is_on_show)
        self.play.setEnabled(can or self._player.is_playing)
        self.play.setText("Hold" if self._player.is_playing else "Play")
        bind_icon(self.play, "pause" if self._player.is_playing else "run", self._themes)

    # -- carrying out: whoever steps by hand does not want it to play on ----------------------------------------------

    @Slot()
    def _toggle_play(self) -> None:
        self._player.toggle()

    @Slot()
    def _next(self) -> None:
        self._player.stop()
        self._explorer.next_op()

    @Slot()
    def _back(self) -> None:
        self._player.stop()
        self._explorer.previous_op()

    @Slot()
    def _first(self) -> None:
        self._player.stop()
        self._explorer.go_to_begin()

    @Slot()
    def _last(self) -> None:
        self._player.stop()
        self._explorer.go_to_end()
