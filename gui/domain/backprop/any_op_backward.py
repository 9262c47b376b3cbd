"""What any op sends back, known by its backward pass alone; the fallback for ops of the course and of users."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.activation_backward import MOST_OUTPUTS
from gui.domain.backprop.backward_kind import BackwardKind, index_text
from gui.domain.backprop.equation import Element, ElementSum, Grid, Term, grid
from gui.domain.backprop.op_view import Operand, OpView, largest

Array = NDArray[Any]


class AnyOpBackward(BackwardKind):
    """Any op, known by its backward pass alone: ∂s/∂x[i] = Σ over the outputs k of ∂s/∂y[k] · ∂y[k]/∂x[i]."""

    def __init__(self, view: OpView, operand: Operand) -> None:
        self._kept: dict[Element, Array] = {}
        super().__init__(view, operand)

    def _words(self) -> tuple[str, ...]:
        ndim = self.result.ndim
        return ("row", "column")[-ndim:] if ndim <= 2 else tuple(f"axis {i + 1}" for i in range(ndim))

    def candidates(self) -> list[Element]:
        return largest(self.result, 1) if self.result.ndim else [()]

    def _local(self, element: Element) -> Array:
        """∂y[k]/∂x[element] for every output k, in the shape of the output; 0 where it was not followed."""
        if element not in self._kept:
            trace, index, upstream = self.view.trace, self.view.node.index, self.view.upstream
            local = np.zeros(upstream.shape, np.float64)
            for place in largest(upstream, min(upstream.size, MOST_OUTPUTS)) if upstream.ndim else [()]:
                one_hot = np.zeros_like(upstream)
                one_hot[place] = 1
                local[place] = trace.pull_back(index, one_hot, self.operand.place)[element]
            self._kept = {element: local}
        return self._kept[element]

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view, words = self.view, ("row", "column")
        y, x = view.output_name, self.operand.name
        followed = min(view.upstream.size, MOST_OUTPUTS)
        note = (
            "" if followed == view.upstream.size else f"Only the {followed} outputs with the largest upstream gradient."
        )
        return (
            grid("Upstream", self.up_symbol, "gradient", view.upstream, words),
            grid("Local", f"∂{y}/∂{x}{index_text(element)}", "value", self._local(element), words, note=note),
            self.downstream_grid(words, element, "Shaped like what it belongs to."),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        upstream, local = self.view.upstream.astype(np.float64), self._local(element)
        y, x = self.view.output_name, self.operand.name
        places = [()] if not upstream.ndim else [tuple(map(int, place)) for place in np.argwhere(local != 0)]
        terms = [
            Term(
                f"k = {index_text(place) or '1'}",
                (float(upstream[place]), float(local[place])),
                float(upstream[place] * local[place]),
            )
            for place in places
        ]
        s = self.view.target_name
        formula = f"{{∂{s}/∂{x}_i}} = Σ_k {{∂{s}/∂{y}_k}} · {{∂{y}_k/∂{x}_i}}"
        return self.element_sum(formula, terms or [Term("every k", (0.0, 0.0), 0.0)], shown, element)

    def sentence(self) -> tuple[str, str]:
        return (
            "The chain rule:",
            "every output that this element has a part in sends its share back; the shares add up.",
        )
