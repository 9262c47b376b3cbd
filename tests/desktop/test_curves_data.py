"""The arrays behind the curves, the layout of the graph, and the channel that feeds them."""

from __future__ import annotations

import math

import numpy as np

from beras import CategoricalCrossEntropy, Dense, LeakyReLU, Sequential, Softmax, Tensor
from beras.graph import backpropagate
from beras.tensor import seed_like
from beras.trace import BackwardPass, GraphTrace
from gui.domain.backprop.graph_layout import Place, output_names, parameter_names, place_nodes
from gui.domain.metrics_log import MetricsLog, Series, SmoothedSeries
from gui.training.channel import Channel
from gui.training.events import Paused, Resumed


def traced(loss: Tensor) -> GraphTrace:
    record = BackwardPass(loss)
    backpropagate(loss, seed_like(loss, None), on_node=record.note)
    return record.summary()


def test_a_series_grows_past_its_first_room() -> None:
    series = Series()
    for i in range(5000):
        series.extend([i], [-i])
    np.testing.assert_array_equal(series.x, np.arange(5000))
    np.testing.assert_array_equal(series.y, -np.arange(5000))


def test_many_points_at_once_are_the_same_as_one_after_another() -> None:
    values = [*np.random.default_rng(0).normal(size=5000), math.nan, 1.0]
    at_once, singly = SmoothedSeries(), SmoothedSeries()
    at_once.extend(range(len(values)), values)
    for i, value in enumerate(values):
        singly.extend([i], [value])
    for one, other in ((at_once, singly), (at_once.smoothed, singly.smoothed)):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.y, other.y)


def test_a_constant_series_stays_constant_when_smoothed() -> None:
    series = SmoothedSeries()
    series.extend(range(300), [0.7] * 300)
    np.testing.assert_allclose(series.smoothed.y, 0.7, rtol=1e-12)


def test_smoothing_leaves_out_what_is_not_finite() -> None:
    series = SmoothedSeries()
    series.extend(range(4), [1.0, math.nan, math.inf, 1.0])
    np.testing.assert_allclose(series.smoothed.y, 1.0)
    assert math.isnan(series.y[1])


def test_the_envelope_keeps_every_extreme() -> None:
    rng = np.random.default_rng(0)
    series = Series()
    values = rng.normal(size=10_000)
    values[1234], values[8765] = 50, -50
    series.extend(range(10_000), values)
    x, y = series.envelope(0, 10_000, 200)
    assert len(x) == len(y) <= 450
    assert (y.max(), y.min()) == (50, -50)
    assert np.all(np.diff(x) >= 0)


def test_a_nan_hides_none_of_the_values_beside_it() -> None:
    series = Series()
    series.extend(range(1000), [math.nan if i % 7 == 0 else float(i) for i in range(1000)])
    assert np.isfinite(series.envelope(0, 1000, 100)[1]).all()


def test_the_envelope_of_few_points_is_all_of_them() -> None:
    series = Series()
    series.extend(range(10), range(10))
    np.testing.assert_array_equal(series.envelope(0, 9, 100)[1], np.arange(10))


def test_thinned_keeps_the_last_point() -> None:
    series = Series()
    series.extend(range(1001), range(1001))
    x, _ = series.thinned(300)
    assert x[-1] == 1000
    assert len(x) <= 340


def test_the_best_epoch_has_the_lowest_validation_loss() -> None:
    log = MetricsLog()
    assert log.best_epoch is None
    for epoch, loss in enumerate([0.5, 0.2, math.nan, 0.3]):
        log.add_epoch(epoch, {"val_loss": loss})
    assert log.best_epoch == 2


def test_a_sequential_network_is_laid_out_as_a_row() -> None:
    model = Sequential(Dense(4, 3, rng=0), LeakyReLU(), Dense(3, 2, rng=1), Softmax())
    trace = traced(CategoricalCrossEntropy()(model(np.ones((5, 4), "f")), np.eye(2, dtype="f")[[0, 1, 0, 1, 0]]))
    assert place_nodes(trace) == tuple(Place(i, 0.0) for i in range(5))
    assert output_names(trace) == ("z₁", "a₁", "z₂", "p", "s")
    assert parameter_names(trace) == (("W₁", "b₁"), (), ("W₂", "b₂"), (), ())


def test_a_diamond_is_laid_out_without_overlap() -> None:
    x = Tensor([1.0, 2.0])
    a = x * 2
    trace = traced(((a * 3) + (a**2)).sum())
    places = place_nodes(trace)
    assert len({(place.column, place.row) for place in places}) == len(places)
    for node, place in zip(trace.nodes, places, strict=True):
        for source in node.inputs:
            assert source.source is None or places[source.source].column < place.column


def test_the_channel_keeps_the_order_and_empties() -> None:
    channel = Channel()
    channel.put(Paused())
    channel.put(Resumed())
    assert channel.drain() == [Paused(), Resumed()]
    assert channel.drain() == []
