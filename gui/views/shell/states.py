"""Every state that the window shows, in one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.state.autosave import AutosaveState
from gui.state.data import DataState
from gui.state.dream import DreamState
from gui.state.evaluation import EvaluationState
from gui.state.experiment import ExperimentState
from gui.state.explorer import ExplorerState
from gui.state.explorer_player import ExplorerPlayer
from gui.state.exports import ExportsState
from gui.state.fault_guide import FaultGuide
from gui.state.files import FilesState
from gui.state.gradient_check import GradientCheckState
from gui.state.health import HealthState
from gui.state.initializer_lab import InitializerLabState
from gui.state.messages import MessageState
from gui.state.pad import PadState
from gui.state.playground import PlaygroundState
from gui.state.run import RunState
from gui.state.runs import RunsState
from gui.state.settings import Settings

if TYPE_CHECKING:
    from gui.state.scratchpad import ScratchpadState


@dataclass(frozen=True, slots=True)
class States:
    """Everything that the window shows."""

    experiment: ExperimentState
    run: RunState
    data: DataState
    pad: PadState
    messages: MessageState
    settings: Settings
    files: FilesState
    gradient_check: GradientCheckState
    autosave: AutosaveState
    playground: PlaygroundState
    runs: RunsState
    exports: ExportsState
    explorer: ExplorerState
    player: ExplorerPlayer
    evaluation: EvaluationState
    dream: DreamState
    health: HealthState
    initializer_lab: InitializerLabState
    fault_guide: FaultGuide
    scratchpad: Callable[[], ScratchpadState]
