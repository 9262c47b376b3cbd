"""What all kinds of ops share when they explain what they send back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.decimals import decimals_for
from gui.domain.backprop.equation import Element, ElementSum, Follows, Grid, Term, grid
from gui.domain.backprop.op_view import Operand, OpView, largest

Array = NDArray[Any]
HEADS = ("term", "upstream", "local", "product")
OFFERED = 40


class BackwardKind:
    """One op and one of its operands. A subclass says how the local gradient looks and how one element is summed.

    ``signs`` stand between the grids; ``element_words`` say what the indices of an element count.
    """

    signs: tuple[str, ...] = ("×", "=")

    def __init__(self, view: OpView, operand: Operand) -> None:
        self.view, self.operand = view, operand
        self.result = view.gradient(operand)
        self.decimals = decimals_for(view.trace)
        self.element_words = self._words()

    def grids(self, element: Element) -> tuple[Grid, ...]:
        """Upstream, local and downstream, with the marks that belong to the element."""
        raise NotImplementedError

    def sum(self, element: Element, shown: int) -> ElementSum:
        """The element as a sum of products, of which at most ``shown`` are listed."""
        raise NotImplementedError

    def sentence(self) -> tuple[str, str]:
        """The line to read aloud: its first words, and the rest."""
        batch, layers = self.view.batch, self._layers_before()
        if batch == 1:
            return "One sample.", "With a batch of one there is nothing to sum and nothing to average."
        said = "Input gradients stay one per sample."
        if layers:
            label, name = layers[-1]
            said += (
                f" The sum comes at {label}: ∂s/∂{name} adds the {batch} samples, because the loss already divided by "
                f"B = {batch}."
            )
        return "No sum over the batch here.", said

    def candidates(self) -> list[Element]:
        """The elements to offer, the largest first; of one sample where they are one per sample."""
        result, row = self.result, self.view.row
        if result.ndim == 2 and self.element_words[0] == "sample":
            return [(row, *element) for element in largest(result[row], OFFERED)]
        return largest(result, OFFERED) if result.ndim else [()]

    # -- for the kinds ------------------------------------------------------------------------------------------------

    def _words(self) -> tuple[str, ...]:
        return ("sample", self.view.unit_word(of_input=True))[-max(1, self.result.ndim) :]

    @property
    def down_symbol(self) -> str:
        """∂s/∂(what the gradient flows to), without an index."""
        return f"∂{self.view.target_name}/∂{self.operand.name}"

    @property
    def up_symbol(self) -> str:
        return f"∂{self.view.target_name}/∂{self.view.output_name}"

    def upstream_grid(self, follows: Follows | None, element: Element) -> Grid:
        view = self.view
        note = f"Row: sample. Column: {view.unit_word()}."
        upstream, words, names = view.upstream, view.words(), view.names()
        return grid(
            "Upstream", self.up_symbol, "gradient", upstream, words, follows, element, note=note, column_names=names
        )

    def downstream_grid(
        self,
        words: tuple[str, str],
        element: Element,
        note: str = "",
        row_names: tuple[str, ...] = (),
        column_names: tuple[str, ...] = (),
    ) -> Grid:
        return grid(
            "Downstream",
            self.down_symbol,
            "gradient",
            self.result,
            words,
            whole_element(self.result.ndim),
            element,
            note=note,
            row_names=row_names,
            column_names=column_names,
        )

    def element_label(self, element: Element) -> str:
        """ "sample 3, class 4"."""
        words = self.element_words
        names = [str(i + 1) for i in element]
        if words[-1] == "class" and element:
            names[-1] = self.view.called(element[-1], of_input=True)
        return ", ".join(f"{word} {name}" for word, name in zip(words, names, strict=False)) or "the only one"

    def element_sum(self, formula: str, terms: Sequence[Term], shown: int, element: Element, **more: Any) -> ElementSum:
        kept, others, rest = kept_terms(terms, shown)
        return ElementSum(
            symbol=self.down_symbol,
            formula=formula,
            heads=HEADS,
            terms=kept,
            others=others,
            others_sum=rest,
            total=float(np.sum([term.product for term in terms])),
            recorded=float(self.result[element]),
            **more,
        )

    def _layers_before(self) -> list[tuple[str, str]]:
        """Label and first parameter of every layer that the gradient still comes to, this one included."""
        return [
            (node.label, OpView(self.view.record, node.index, None).parameter_names[0])
            for node in self.view.trace.nodes[: self.view.node.index + 1]
            if node.parameters and node.parameters[0].gradient is not None
        ]


def kept_terms(terms: Sequence[Term], shown: int) -> tuple[tuple[Term, ...], int, float]:
    """The largest terms in their order, at most ``shown`` lines; how many others there are, and what they add up to."""
    if len(terms) <= shown:
        return tuple(terms), 0, 0.0
    products = np.array([term.product for term in terms])
    sizes = np.nan_to_num(np.abs(products), nan=np.inf)
    kept = sorted(np.argsort(-sizes, kind="stable")[: shown - 1].tolist())
    others = np.delete(products, kept)
    return tuple(terms[i] for i in kept), len(others), float(others.sum())


def index_text(element: Element) -> str:
    """[3, 5], counted from 1."""
    return f"[{', '.join(str(i + 1) for i in element)}]" if element else ""


def whole_element(ndim: int) -> Follows | None:
    """The table of an array with the result's shape: every index of the element has its own axis."""
    return {0: None, 1: (None, 0)}.get(ndim, (0, 1))
