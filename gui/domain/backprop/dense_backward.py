"""What a dense layer sends back: to its weights, to its bias, and to its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.backward_kind import BackwardKind
from gui.domain.backprop.equation import Element, ElementSum, Grid, Term, grid

Array = NDArray[Any]


class DenseWeightBackward(BackwardKind):
    """∂s/∂W[i, j] = Σ over the samples n of ∂s/∂z[n, j] · x[n, i]."""

    def _words(self) -> tuple[str, ...]:
        return self.view.unit_word(of_input=True), self.view.unit_word()

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        name, unit = view.input_names[0], view.unit_word(of_input=True)
        local = f"∂{view.output_name}/∂{self.operand.name} = {name}"
        result = self.downstream_grid(
            (unit, view.unit_word()),
            element,
            f"Shaped like {self.operand.name}: one number for every weight.",
            row_names=view.names(of_input=True),
            column_names=view.names(),
        )
        came_in = grid(
            "Local",
            local,
            "value",
            view.input(),
            (unit, "sample"),
            (0, None),
            element,
            turned=True,
            row_names=view.names(of_input=True),
            note=f"Drawn turned: one row per {unit}, one column per sample. It is what came in.",
            drawn=(result.rows, None),
        )
        return self.upstream_grid((None, 1), element), came_in, result

    def sum(self, element: Element, shown: int) -> ElementSum:
        view, (i, j) = self.view, element
        upstream, local = view.upstream[:, j].astype(np.float64), view.input()[:, i].astype(np.float64)
        z, x, w = view.output_name, view.input_names[0], self.operand.name
        return self.element_sum(
            f"{{∂s/∂{w}_{{ij}}}} = Σ_n {{∂s/∂{z}_{{nj}}}} · {x}_{{ni}}",
            sample_terms(upstream, local),
            max(shown, view.batch if view.batch <= shown + 2 else 0),
            element,
            sum_word="sum over the batch" if view.batch > 1 else "sum",
        )

    def sentence(self) -> tuple[str, str]:
        batch, name = self.view.batch, self.operand.name
        if batch == 1:
            return "One sample.", f"With a batch of one the gradient of {name} is this single product."
        return (
            "Weight gradients are summed over the batch,",
            f"because every sample used the same {name}. Not averaged: the loss already divided by B = {batch}.",
        )


class DenseBiasBackward(DenseWeightBackward):
    """∂s/∂b[j] = Σ over the samples n of ∂s/∂z[n, j] · 1."""

    def _words(self) -> tuple[str, ...]:
        return (self.view.unit_word(),)

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        ones = np.ones(self.result.shape, self.result.dtype)
        names = view.names()
        words = ("", view.unit_word())
        return (
            self.upstream_grid((None, 0), element),
            grid(
                "Local",
                f"∂{view.output_name}/∂{self.operand.name} = 1",
                "value",
                ones,
                words,
                (None, 0),
                element,
                note="A bias is added as it is, so its local gradient is 1.",
                column_names=names,
            ),
            self.downstream_grid(words, element, f"Shaped like {self.operand.name}.", column_names=names),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        view, (j,) = self.view, element
        upstream = view.upstream[:, j].astype(np.float64)
        z, b = view.output_name, self.operand.name
        return self.element_sum(
            f"{{∂s/∂{b}_j}} = Σ_n {{∂s/∂{z}_{{nj}}}} · 1",
            sample_terms(upstream, np.ones_like(upstream)),
            max(shown, view.batch if view.batch <= shown + 2 else 0),
            element,
            sum_word="sum over the batch" if view.batch > 1 else "sum",
        )


class DenseInputBackward(BackwardKind):
    """∂s/∂x[n, i] = Σ over the units j of ∂s/∂z[n, j] · W[i, j]."""

    def grids(self, element: Element) -> tuple[Grid, ...]:
        view = self.view
        weight, unit = view.parameter_names[0], view.unit_word()
        return (
            self.upstream_grid((0, None), element),
            grid(
                "Local",
                f"∂{view.output_name}/∂{view.input_names[0]} = {weight}ᵀ",
                "parameter",
                view.parameter(0),
                (unit, view.unit_word(of_input=True)),
                (None, 1),
                element,
                turned=True,
                row_names=view.names(),
                column_names=view.names(of_input=True),
                note=f"The weights, drawn turned: one row per {unit}. The same for every sample.",
            ),
            self.downstream_grid(
                view.words(of_input=True),
                element,
                f"Shaped like the input {view.input_names[0]}: one row per sample.",
                column_names=view.names(of_input=True),
            ),
        )

    def sum(self, element: Element, shown: int) -> ElementSum:
        view, (n, i) = self.view, element
        upstream = view.upstream[n].astype(np.float64)
        local = view.parameter(0)[i].astype(np.float64)
        z, x, w = view.output_name, view.input_names[0], view.parameter_names[0]
        word = view.unit_word()
        terms = [
            Term(f"{word} {view.called(j)}", (float(up), float(own)), float(up * own))
            for j, (up, own) in enumerate(zip(upstream, local, strict=True))
        ]
        formula = f"{{∂s/∂{x}_i}} = Σ_j {{∂s/∂{z}_j}} · {w}_{{ij}}"
        return self.element_sum(formula, terms, shown, element)


def sample_terms(upstream: Array, local: Array) -> list[Term]:
    return [
        Term(f"sample {n + 1}", (float(up), float(own)), float(up * own), n)
        for n, (up, own) in enumerate(zip(upstream, local, strict=True))
    ]
