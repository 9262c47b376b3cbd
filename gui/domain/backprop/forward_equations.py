"""What one op computes on the way forward, with the recorded numbers: inputs, weights and one element of the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.backward_kind import kept_terms, whole_element
from gui.domain.backprop.decimals import decimal_text, decimals_for
from gui.domain.backprop.equation import Element, ElementSum, Equation, Follows, Grid, Term, grid
from gui.domain.backprop.op_view import (
    CROSS_ENTROPY,
    DENSE,
    HALF_SQUARED,
    SOFTMAX,
    SQUARED_ERROR,
    TERMS,
    OpView,
    clipped,
    largest,
)
from gui.domain.backprop.pass_record import PassRecord

Array = NDArray[Any]
FUNCTIONS = {
    "ReLU": "max(z, 0)",
    "LeakyReLU": "z where z > 0, else α z",
    "Sigmoid": "1 / (1 + e^−z)",
    "Tanh": "tanh z",
    "Dropout": "0 where dropped, else z / (1 − rate)",
    "Flatten": "z, in one row",
}


def forward_equation(
    record: PassRecord, index: int, element: Element | None = None, sample: int | None = None
) -> Equation:
    """What one op makes of its inputs; ``element`` of the output is worked out, the largest of the sample if None."""
    view = OpView(record, index, sample)
    return forward_of(_kind_of(view)(view), element)


def forward_of(made: ForwardKind, element: Element | None) -> Equation:
    """The same for a kind of op that is known already."""
    view = made.view
    node, output = view.node, view.output
    element = clipped(element, output.shape)
    if element is None:
        element = made.first_element()
    lead, sentence = made.sentence()
    return Equation(
        heading=f"{node.label}, forward",
        operands=(),
        operand=None,
        grids=made.grids(element),
        signs=made.signs,
        element=element,
        shape=output.shape,
        sum=made.sum(element),
        lead=lead,
        sentence=sentence,
        decimals=made.decimals,
        element_words=view.words()[-output.ndim :] if output.ndim else (),
    )


def _kind_of(view: OpView) -> type[ForwardKind]:
    node = view.node
    if node.op == DENSE and view.output.ndim == 2:
        return _Dense
    if node.op == SOFTMAX and view.output.ndim == 2:
        return _Softmax
    if node.is_target and view.output.ndim == 0 and len(node.inputs) == 2 and len(node.inputs[0].shape) == 2:
        return _Loss
    return FunctionForward


class ForwardKind:
    """One kind of op on its way forward."""

    signs: tuple[str, ...] = ("→",)

    def __init__(self, view: OpView) -> None:
        self.view = view
        self.decimals = decimals_for(view.trace)

    def grids(self, element: Element) -> tuple[Grid, ...]:
        raise NotImplementedError

    def sum(self, element: Element) -> ElementSum | None:
        raise NotImplementedError

    def sentence(self) -> tuple[str, str]:
        raise NotImplementedError

    def first_element(self) -> Element:
        """The largest output of the chosen sample."""
        output, row = self.view.output, self.view.row
        if output.ndim == 0:
            return ()
        if output.ndim == 2 and len(output) == self.view.batch:
            return (row, *largest(output[row], 1)[0])
        return largest(output, 1)[0]

    def input_grid(self, follows: Follows | None, element: Element, place: int = 0) -> Grid:
        view = self.view
        names = view.names(of_input=True)
        title = "Input" if place == 0 else "True values" if view.node.is_target else f"Input {place + 1}"
        words = view.words(of_input=True)
        return grid(
            title, view.input_names[place], "value", view.input(place), words, follows, element, column_names=names
        )

    def output_grid(self, element: Element, note: str = "") -> Grid:
        view, follows = self.view, whole_element(self.view.output.ndim)
        name, words, names = view.output_name, view.words(), view.names()
        return grid("Output", name, "value", view.output, words, follows, element, note=note, column_names=names)

    def element_sum(
        self, formula: str, heads: tuple[str, ...], terms: Sequence[Term], total: float, recorded: float, **more: Any
    ) -> ElementSum:
        kept, others, rest = kept_terms(terms, TERMS)
        return ElementSum(self.view.output_name, formula, heads, kept, others, rest, total, recorded, **more)


class _Dense(ForwardKind):
    """z[n, j] = Σ over the inputs i of x[n, i] · W[i, j], plus b[j]."""

    signs = ("×", "+ b =")

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        weight = grid(
            "Weights",
            view.parameter_names[0],
            "parameter",
            view.parameter(0),
            (view.unit_word(of_input=True), view.unit_word()),
            (None, 1),
            element,
            row_names=view.names(of_input=True),
            column_names=view.names(),
            note=f"One column for every {view.unit_word()}.",
        )
        return self.input_grid((0, None), element), weight, self.output_grid(element, "One row per sample.")

    def sum(self, element: Element) -> ElementSum:
        view, (n, j) = self.view, element
        inputs = view.input()[n].astype(np.float64)
        weights = view.parameter(0)[:, j].astype(np.float64)
        bias = float(view.parameter(1)[j])
        word = view.unit_word(of_input=True)
        terms = [
            Term(f"{word} {view.called(i, of_input=True)}", (float(x), float(w)), float(x * w))
            for i, (x, w) in enumerate(zip(inputs, weights, strict=True))
        ]
        z, x, w, b = view.output_name, view.input_names[0], *view.parameter_names[:2]
        return self.element_sum(
            f"{z}_j = Σ_i {x}_i · {w}_{{ij}} + {b}_j",
            ("term", "input", "weight", "product"),
            [*terms, Term(f"bias {b}", (1.0, bias), bias)],
            float(inputs @ weights) + bias,
            float(view.output[element]),
        )

    def sentence(self) -> tuple[str, str]:
        unit = self.view.unit_word()
        return "Every sample by itself:", f"each {unit} adds its inputs up, each times its own weight, plus its bias."


class FunctionForward(ForwardKind):
    """Entry by entry, or any op that is known by its result alone."""

    @property
    def is_elementwise(self) -> bool:
        view = self.view
        single = len(view.node.inputs) == 1
        return single and view.trace.is_elementwise(view.node.index) and view.input().shape == view.output.shape

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        follows = whole_element(view.output.ndim) if self.is_elementwise else None
        inputs = [self.input_grid(follows, element, place) for place in range(len(view.node.inputs))]
        parameters = [
            grid("Weights", name, "parameter", view.parameter(i), ("row", "column"))
            for i, name in enumerate(view.parameter_names)
        ]
        self.signs = (*("," for _ in range(len(inputs) + len(parameters) - 1)), "→")
        return *inputs, *parameters, self.output_grid(element)

    def sum(self, element: Element) -> ElementSum | None:
        view = self.view
        if not self.is_elementwise:
            return None
        z, a = float(view.input()[element]), float(view.output[element])
        made = float(view.trace.evaluate(view.node.index, view.input())[element]) if self._is_sure else a
        return self.element_sum(
            f"{view.output_name}_j = f({view.input_names[0]}_j)",
            ("function", "input", "output"),
            [Term(view.node.label, (z,), made)],
            made,
            a,
            sum_word="output",
            local_form=FUNCTIONS.get(view.node.op, ""),
        )

    @property
    def _is_sure(self) -> bool:
        """Whether it gives the same output every time it is asked; a dropout draws."""
        return self.view.node.op in FUNCTIONS and self.view.node.op != "Dropout"

    def sentence(self) -> tuple[str, str]:
        if self.is_elementwise:
            return (
                "Entry by entry:",
                "every number goes through the same function, by itself.",
            )
        return f"{self.view.node.label}", "makes its output from its inputs; what it did was recorded for the way back."


class _Softmax(ForwardKind):
    """p[n, j] = e^z[n, j] / Σ over the classes k of e^z[n, k]."""

    def grids(self, element: Element) -> tuple[Grid, ...]:
        return self.input_grid((0, None), element), self.output_grid(element, "Positive, and 1 in all in every row.")

    def sum(self, element: Element) -> ElementSum:
        view, (n, j) = self.view, element
        scores = view.input()[n].astype(np.float64)
        highest = float(scores.max())
        powers = np.exp(scores - highest)
        total, p = float(powers.sum()), float(view.output[element])
        terms = [
            Term(f"k = {view.called(k)}", (float(z),), float(power))
            for k, (z, power) in enumerate(zip(scores, powers, strict=True))
        ]
        z, name, own = view.input_names[0], view.output_name, float(powers[j])
        shown = [decimal_text(number, self.decimals) for number in (own, total, own / total if total else np.nan)]
        return self.element_sum(
            f"{name}_j = {{e^{z}_j/Σ_k e^{z}_k}}",
            ("term", z, f"e^({z} − max)"),
            terms,
            total,
            own / p if p else np.nan,
            closed_form=f"{name}ⱼ = {shown[0]} / {shown[1]} = {shown[2]}",
        )

    def sentence(self) -> tuple[str, str]:
        return "Scores become probabilities:", "each sample’s numbers are made positive and divided by their sum."


class _Loss(ForwardKind):
    """The mean over the samples of what each of them costs."""

    signs = ("and", "→")

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        loss = grid("Loss", "s", "value", view.output, ("", ""), note=f"The mean over {view.batch} samples.")
        return self.input_grid(None, ()), self.input_grid(None, (), 1), loss

    def sum(self, element: Element) -> ElementSum | None:
        view, batch = self.view, self.view.batch
        predicted, truth = view.input(), view.input(1)
        each = [
            float(view.trace.evaluate(view.node.index, predicted[n : n + 1], truth[n : n + 1])) for n in range(batch)
        ]
        total, recorded = float(np.mean(each)), float(view.output)
        if not np.isclose(total, recorded, rtol=1e-4, equal_nan=True):
            return None  # a loss that is no mean over the samples
        p = view.input_names[0]
        form = {
            CROSS_ENTROPY: f"−ln {p}ₜᵣᵤₑ",
            SQUARED_ERROR: f"mean of ({p} − y)²",
            HALF_SQUARED: f"½ Σ ({p} − y)²",
        }.get(view.node.op, "")
        terms = [Term(f"sample {n + 1}", (loss,), loss / batch, n) for n, loss in enumerate(each)]
        heads = ("term", "its loss", "÷ B")
        return self.element_sum(
            "s = {1/B} Σ_n s_n", heads, terms, total, recorded, sum_word="mean over the batch", local_form=form
        )

    def sentence(self) -> tuple[str, str]:
        batch = self.view.batch
        if batch == 1:
            return "One number", "says how wrong this sample is. From here the gradient goes back."
        return (
            "One number",
            f"says how wrong the batch is: the mean of {batch} losses. The 1/B comes from here.",
        )
