"""What an activation and a loss send back: entry by entry, or through the Jacobian of a softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.backward_kind import BackwardKind, whole_element
from gui.domain.backprop.decimals import decimal_text
from gui.domain.backprop.equation import Element, ElementSum, Grid, Term, grid
from gui.domain.backprop.op_view import CROSS_ENTROPY, HALF_SQUARED, SQUARED_ERROR, Operand, OpView, largest, required

Array = NDArray[Any]
MOST_OUTPUTS = 256
"""So many outputs are followed for one element; of more, those with the largest upstream gradient."""

ELEMENTWISE_FORMS = {
    "ReLU": "1 where z > 0, else 0",
    "LeakyReLU": "1 where z > 0, else α",
    "Sigmoid": "a (1 − a)",
    "Tanh": "1 − a²",
    "Dropout": "0 where dropped, else 1 / (1 − rate)",
    "Flatten": "1: every entry goes on unchanged",
}


class ElementwiseBackward(BackwardKind):
    """∂s/∂z[n, j] = ∂s/∂a[n, j] · f'(z[n, j])."""

    signs = ("·", "=")

    def __init__(self, view: OpView, operand: Operand) -> None:
        super().__init__(view, operand)
        self._local = view.trace.pull_back(view.node.index, np.ones_like(view.upstream), operand.place)

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view, follows = self.view, whole_element(self.result.ndim)
        names = view.names(of_input=True)
        words = view.words(of_input=True)
        symbol = f"∂{view.output_name}/∂{view.input_names[0]}"
        note = "One number for every entry; it belongs to the op alone."
        return (
            self.upstream_grid(follows, element),
            grid("Local", symbol, "value", self._local, words, follows, element, note=note, column_names=names),
            self.downstream_grid(words, element, "Entry by entry, the same shape.", column_names=names),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        view = self.view
        upstream = view.upstream.reshape(self._local.shape)
        up, local = float(upstream[element]), float(self._local[element])
        a, z = view.output_name, view.input_names[0]
        form = ELEMENTWISE_FORMS.get(view.node.op, "")
        return self.element_sum(
            f"{{∂s/∂{z}_j}} = {{∂s/∂{a}_j}} · {{∂{a}_j/∂{z}_j}}",
            [Term(self.element_label(element), (up, local), up * local)],
            shown,
            element,
            sum_word="product",
            local_form=form,
        )


class SoftmaxBackward(BackwardKind):
    """∂s/∂z[j] = Σ over the classes k of ∂s/∂p[k] · ∂p[k]/∂z[j], within one sample."""

    def __init__(self, view: OpView, operand: Operand) -> None:
        self._kept: dict[tuple[int, tuple[int, ...]], Array] = {}
        super().__init__(view, operand)

    def _jacobian(self, n: int, outputs: Array) -> Array:
        """∂p[k]/∂z[j] of one sample for the outputs k, (outputs, inputs), from the op's own backward pass."""
        key = (n, tuple(outputs.tolist()))
        if key not in self._kept:
            trace, index = self.view.trace, self.view.node.index
            rows = []
            for k in outputs:
                one_hot = np.zeros_like(self.view.upstream)
                one_hot[n, k] = 1
                rows.append(trace.pull_back(index, one_hot, 0)[n])
            self._kept = {key: np.stack(rows)}
        return self._kept[key]

    def _outputs(self, n: int) -> Array:
        """The outputs that are followed: all, or those with the largest upstream gradient."""
        upstream = self.view.upstream[n]
        if len(upstream) <= MOST_OUTPUTS:
            return np.arange(len(upstream))
        return np.sort(np.array([place[0] for place in largest(upstream, MOST_OUTPUTS)]))

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view, n = self.view, element[0]
        outputs, count = self._outputs(n), view.upstream.shape[1]
        jacobian, names = self._jacobian(n, outputs), view.names()
        p, z, word = view.output_name, view.input_names[0], view.unit_word()
        note = f"Row: {p}ₖ. Column: {z}ⱼ. Belongs to the op alone."
        local = grid(
            "Local",
            f"∂{p}/∂{z}",
            "value",
            jacobian,
            (word, word),
            (None, 1),
            element,
            row_names=tuple(view.called(int(k)) for k in outputs),
            column_names=names,
            shape_note=f"shape ({view.batch}, {count}, {count}), sample {n + 1} shown",
            note=note if len(outputs) == count else f"{len(outputs)} of {count:,} rows are computed. {note}",
        )
        return (
            self.upstream_grid((0, None), element),
            local,
            self.downstream_grid(
                view.words(), element, f"Shaped like the input {z}: one row per sample.", column_names=names
            ),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        view, (n, j) = self.view, element
        outputs = self._outputs(n)
        local = self._jacobian(n, outputs)[:, j].astype(np.float64)
        upstream = view.upstream[n][outputs].astype(np.float64)
        p, z, word = view.output_name, view.input_names[0], view.unit_word()
        truth = self._true_class(n)
        labels = [f"k = {view.called(int(k))}{', true class' if k == truth else ''}" for k in outputs]
        terms = [
            Term(label, (float(up), float(own)), float(up * own))
            for label, up, own in zip(labels, upstream, local, strict=True)
            if up != 0 or word != "class"
        ]
        return self.element_sum(
            f"{{∂s/∂{z}_j}} = Σ_k {{∂s/∂{p}_k}} · {{∂{p}_k/∂{z}_j}}",
            terms or [Term("every k", (0.0, 0.0), 0.0)],
            shown,
            element,
            local_form=f"{p}ₖ (δₖⱼ − {p}ⱼ)",
            closed_form=self._closed_form(n, j),
        )

    def _loss(self) -> Any:
        nodes, index = self.view.trace.nodes, self.view.node.index
        return next((n for n in nodes if n.is_target and n.op == CROSS_ENTROPY and n.inputs[0].source == index), None)

    def _true_class(self, n: int) -> int | None:
        loss = self._loss()
        return None if loss is None else int(required(loss.inputs[1].value)[n].argmax())

    def _closed_form(self, n: int, j: int) -> str:
        """Softmax with cross-entropy: (p - y) / B (Bishop, 2006, section 4.3.4)."""
        loss = self._loss()
        if loss is None:
            return ""
        p, y, batch = self.view.output[n, j], required(loss.inputs[1].value)[n, j], self.view.batch
        value = (float(p) - float(y)) / batch
        said = f"(pⱼ − yⱼ) / B = ({decimal_text(float(p), self.decimals)} − {y:g}) / {batch}"
        return f"{said} = {decimal_text(value, self.decimals)}"


class LossBackward(ElementwiseBackward):
    """∂s/∂p[n, j] = 1 · ∂s/∂p[n, j]: the loss is where the gradient begins."""

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        follows, words = whole_element(self.result.ndim), view.words(of_input=True)
        names = view.names(of_input=True)
        name = view.input_names[0]
        note = f"Holds the 1/B: B = {view.batch}."
        return (
            grid("Upstream", "∂s/∂s", "gradient", view.upstream, ("", ""), note="The loss itself: always 1."),
            grid("Local", f"∂s/∂{name}", "value", self._local, words, follows, element, note=note, column_names=names),
            self.downstream_grid(words, element, f"Row: sample. Column: {words[1]}.", column_names=names),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        view = self.view
        p, value = view.input_names[0], float(self._local[element])
        up = float(view.upstream)
        form = {
            CROSS_ENTROPY: f"−yⱼ / (B {p}ⱼ)",
            SQUARED_ERROR: f"2 ({p}ⱼ − yⱼ) / (B n)",
            HALF_SQUARED: f"({p}ⱼ − yⱼ) / B",
        }.get(view.node.op, "")
        return self.element_sum(
            f"{{∂s/∂{p}_j}} = {{∂s/∂s}} · {{∂s/∂{p}_j}}",
            [Term(self.element_label(element), (up, value), up * value)],
            shown,
            element,
            sum_word="product",
            local_form=form,
        )

    def sentence(self) -> tuple[str, str]:
        batch = self.view.batch
        if batch == 1:
            return "The gradient begins here with 1:", "how much the loss changes when the loss changes."
        return (
            "The 1/B stands here.",
            f"The loss is the mean of {batch} samples, so every gradient behind it carries the factor 1/{batch}.",
        )
