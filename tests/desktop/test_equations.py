"""Upstream x local = downstream: every number shown is a recorded one, and every sum adds up to what the tape holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from beras.registry import ACTIVATIONS, LOSSES, OPTIMIZERS
from gui.domain.backprop.backward_equations import backward_equation
from gui.domain.backprop.decimals import decimal_text, decimals_for, rounds_to_sum
from gui.domain.backprop.equation import LARGEST_SIDE, Equation
from gui.domain.backprop.forward_equations import forward_equation
from gui.domain.backprop.pass_record import WHOLE, PassRecord, record_next
from gui.domain.backprop.table_text import sum_table, update_table
from gui.domain.backprop.update_rule import update_equation
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from tests.desktop.passes import data_of

XOR = load_preset("xor")
DIGITS = load_preset("pen-digits")
BATCHES = (1, 7, WHOLE)


def recorded(spec: ExperimentSpec, samples: int = 8) -> PassRecord:
    return record_next(spec, data_of(spec), None, {}, samples)


def with_activation(name: str) -> ExperimentSpec:
    return replace(XOR, layers=(dense(6, name, "xavier"), dense(2, "softmax", "xavier")))


def equations(record: PassRecord) -> Iterator[Equation]:
    """All that can be looked at in a pass, the elements offered."""
    for node in record.trace.nodes:
        yield forward_equation(record, node.index)
        for place, _ in backward_equation(record, node.index).operands:
            yield backward_equation(record, node.index, place)


@pytest.mark.parametrize("samples", BATCHES)
@pytest.mark.parametrize("activation", ACTIVATIONS.names())
def test_every_sum_is_what_was_recorded(activation: str, samples: int) -> None:
    for equation in equations(recorded(with_activation(activation), samples)):
        found = equation.sum
        assert found is not None, equation.heading
        assert found.agrees, equation.heading
        terms = sum(term.product for term in found.terms) + found.others_sum
        assert terms == pytest.approx(found.total, abs=1e-9), equation.heading
        assert found.total == pytest.approx(found.recorded, rel=2e-5, abs=1e-7), equation.heading


@pytest.mark.parametrize("loss", LOSSES.names())
def test_every_loss_is_explained(loss: str) -> None:
    record = recorded(replace(XOR, loss=Choice(loss)))
    target = next(node.index for node in record.trace.nodes if node.is_target)
    for equation in (forward_equation(record, target), backward_equation(record, target)):
        assert equation.sum is not None
        assert equation.sum.agrees
    assert "1/8" in backward_equation(record, target).sentence


def test_the_gradients_shown_are_those_of_the_tape() -> None:
    """The trace is the tape's; what is drawn of it is it, bit for bit."""
    record = recorded(DIGITS)
    for node in record.trace.nodes:
        for place, _ in backward_equation(record, node.index).operands:
            shown = backward_equation(record, node.index, place).grids[-1]
            real = [*(i.gradient for i in node.inputs), *(p.gradient for p in node.parameters)][place]
            assert real is not None
            table = real.reshape(1, -1) if real.ndim < 2 else real
            np.testing.assert_array_equal(shown.values, table[np.ix_(shown.rows, shown.columns)])
            upstream = backward_equation(record, node.index, place).grids[0]
            np.testing.assert_array_equal(upstream.values, np.atleast_2d(node.upstream))  # type: ignore[arg-type]


@pytest.mark.parametrize("sample", range(4))
def test_the_jacobian_of_a_softmax_is_that_of_the_chosen_sample(sample: int) -> None:
    record = recorded(DIGITS, 4)
    softmax = next(node for node in record.trace.nodes if node.op == "Softmax")
    equation = backward_equation(record, softmax.index, sample=sample)
    assert softmax.output is not None
    p = softmax.output[sample].astype(np.float64)
    np.testing.assert_allclose(equation.grids[1].values, np.diag(p) - np.outer(p, p), atol=1e-7)
    assert equation.element[0] == sample
    assert equation.sum is not None
    assert equation.sum.closed_form.startswith("(pⱼ − yⱼ) / B")


def test_the_closed_form_is_the_recorded_number() -> None:
    record = recorded(DIGITS)
    softmax = next(node for node in record.trace.nodes if node.op == "Softmax")
    for j in range(10):
        found = backward_equation(record, softmax.index, element=(2, j), sample=2).sum
        assert found is not None
        assert found.closed_form.endswith(decimal_text(found.recorded))


def test_weight_gradients_are_summed_over_the_batch_and_input_gradients_are_not() -> None:
    record = recorded(DIGITS)
    layer = [node for node in record.trace.nodes if node.op == "Dense"][-1]
    weight, into = backward_equation(record, layer.index, 1), backward_equation(record, layer.index, 0)
    assert weight.sum is not None
    assert into.sum is not None
    assert [term.sample for term in weight.sum.terms] == list(range(8))
    assert weight.sum.sum_word == "sum over the batch"
    assert all(term.sample is None for term in into.sum.terms)
    assert weight.lead == "Weight gradients are summed over the batch,"
    assert "B = 8" in weight.sentence
    assert into.lead == "No sum over the batch here."


def test_the_row_and_the_column_that_made_an_element_are_marked() -> None:
    record = recorded(DIGITS)
    layer = [node for node in record.trace.nodes if node.op == "Dense"][-1]
    upstream, local, downstream = backward_equation(record, layer.index, 1, (60, 4)).grids
    assert (upstream.mark, local.mark, downstream.mark) == ((None, 4), (60, None), (60, 4))
    upstream, local, downstream = backward_equation(record, layer.index, 0, (3, 60)).grids
    assert (upstream.mark, local.mark, downstream.mark) == ((3, None), (None, 60), (3, 60))


@pytest.mark.parametrize("samples", [8, WHOLE])
def test_the_element_offered_first_adds_up_on_the_board(samples: int) -> None:
    record = recorded(DIGITS, samples)
    added = 0
    for node in record.trace.nodes:
        for place, _ in backward_equation(record, node.index).operands:
            found = backward_equation(record, node.index, place).sum
            assert found is not None
            added += rounds_to_sum([*(t.product for t in found.terms), found.others_sum], found.total)
    assert added >= 6


def test_an_element_outside_is_moved_inside() -> None:
    record = recorded(DIGITS)
    layer = [node for node in record.trace.nodes if node.op == "Dense"][-1]
    assert backward_equation(record, layer.index, 1, (10_000, -3)).element == (127, 0)
    assert len(backward_equation(record, layer.index, 1, (3,)).element) == 2  # of another shape: one is offered


def test_the_formula_is_written_out_with_the_live_numbers() -> None:
    record = recorded(DIGITS)
    layer = [node for node in record.trace.nodes if node.op == "Dense"][-1]
    found = backward_equation(record, layer.index, 1, (60, 4)).sum
    assert found is not None
    first, second = (decimal_text(factor) for factor in found.terms[0].factors)
    said = found.in_numbers(4)
    assert said.startswith(f"{decimal_text(found.total)} = {first} · {f'({second})' if second[0] == '−' else second}")
    assert said.endswith(" + …")
    target = next(node.index for node in record.trace.nodes if node.is_target)
    one = backward_equation(record, target).sum
    assert one is not None
    assert "…" not in one.in_numbers(4)


def test_large_arrays_are_drawn_in_part_and_it_is_said() -> None:
    record = recorded(DIGITS)
    equation = backward_equation(record, 0, 1, (5, 5))
    _, local, downstream = equation.grids
    assert downstream.values.shape == (LARGEST_SIDE, 128)
    assert downstream.sampling == "Drawn are 512 of 784 pixels, those with the largest entries."
    assert 5 in downstream.rows, "the element that is worked out is always drawn"
    np.testing.assert_array_equal(local.rows, downstream.rows)


def test_a_large_softmax_is_sampled_and_it_is_said() -> None:
    spec = replace(DIGITS, layers=(dense(600, "softmax"), dense(10, "softmax")))
    record = recorded(spec, 2)
    equation = backward_equation(record, 1)
    assert equation.grids[1].values.shape[0] == 256
    assert "256 of 600 rows are computed." in equation.grids[1].note


def test_a_user_op_is_explained_through_its_backward_pass() -> None:
    """Flatten of an image, dropout, and any op that is not known by name."""
    layers = (LayerSpec(Choice("dropout", {"rate": 0.5})), dense(3, "relu"), dense(2, "softmax"))
    record = recorded(replace(XOR, layers=(dense(4), *layers)))
    for equation in equations(record):
        assert equation.sum is not None
        assert equation.sum.agrees


def test_small_networks_have_their_numbers_in_full() -> None:
    small, large = recorded(replace(XOR, layers=(dense(2), dense(2, "softmax")))), recorded(DIGITS)
    assert (decimals_for(small.trace), decimals_for(large.trace)) == (9, 4)


# -- the update -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_the_lines_of_an_update_end_in_the_weight_that_was_written(optimizer: str) -> None:
    record = recorded(replace(XOR, optimizer=Choice(optimizer)))
    for chosen in range(len(record.updates)):
        found = update_equation(record, chosen, None, 4)
        assert found.agrees
        assert found.lines[0].value == record.updates[chosen].gradient[found.element]
        assert found.lines[-1].value == pytest.approx(found.new, rel=1e-5, abs=1e-7)
        np.testing.assert_array_equal(found.grids[0].values - found.grids[1].values, found.grids[2].values)


def test_adam_remembers_what_the_lines_say() -> None:
    record = recorded(replace(XOR, optimizer=Choice("adam", {"amsgrad": True})))
    found = update_equation(record, 0, (1, 3), 4)
    values = {line.symbol: line.value for line in found.lines}
    after = record.updates[0].after
    assert values["m"] == pytest.approx(float(after["m"][1, 3]), rel=1e-6)
    assert values["v"] == pytest.approx(float(after["v"][1, 3]), rel=1e-6)
    assert values["vˆₘₐₓ"] == pytest.approx(float(after["v_max"][1, 3]), rel=1e-6)


def test_without_weights_there_is_no_update_to_explain() -> None:
    record = recorded(XOR)
    with pytest.raises(ValueError, match="no weights"):
        update_equation(replace(record, updates=()), 0, None, 4)


# -- numbers and tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.03623, "0.0362"),
        (-1.5, "−1.5000"),
        (0.0, "0"),
        (3.14e-6, "3.14e−6"),
        (1234567.0, "1.23e6"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_as_they_are_written(value: float, text: str) -> None:
    assert decimal_text(value) == text


def test_a_table_for_text_a_spreadsheet_and_a_paper() -> None:
    record = recorded(DIGITS)
    found = backward_equation(record, 2, 1, (60, 4)).sum
    assert found is not None
    table = sum_table(found, 4)
    assert table.rows[-1][0] == "sum over the batch"
    assert "sample 8" in table.as_text()
    lines = table.as_csv().split("\r\n")
    assert lines[0] == "term,upstream,local,product"
    assert "−" not in table.as_csv()
    assert float(lines[1].split(",")[1]) == pytest.approx(found.terms[0].factors[0], abs=1e-4)
    latex = table.as_latex()
    assert latex.startswith(r"\begin{tabular}{lrrr}")
    assert r"\cdot 10^{" in latex or "$" in latex
    update = update_table(update_equation(record, 0, None, 4))
    assert r"\_" not in update.as_csv()
    assert update.heads == ("what", "formula", "in numbers", "value")
