"""The course's assignment and its data: the parts, and that they learn."""

import numpy as np
import pytest

from beras import Adam, CategoricalAccuracy, CategoricalCrossEntropy, Sequential, Tensor, assignment
from beras.datasets import DataNotFoundError, Dataset, Moons
from beras.preprocess import load_and_preprocess_data
from tests.real_data import real_data_dir


def test_the_parts_are_of_the_right_kind():
    model = assignment.get_model(rng=0)
    assert isinstance(model, Sequential)
    assert model(np.zeros((2, 784), np.float32)).shape == (2, 10)
    assert isinstance(assignment.get_optimizer(), Adam)
    assert isinstance(assignment.get_loss_fn(), CategoricalCrossEntropy)
    assert isinstance(assignment.get_acc_fn(), CategoricalAccuracy)


def test_the_optimiser_can_know_the_models_parameters():
    model = assignment.get_model(rng=0)
    known = assignment.get_optimizer(model).parameters
    assert all(a is b for a, b in zip(known, model.weights, strict=True))


def test_a_classifier_has_an_activation_after_each_hidden_layer():
    model = assignment.build_classifier(2, [4, 3], 5, "tanh", rng=0)
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Tanh", "Dense", "Tanh", "Dense", "Softmax"]


def test_same_seed_same_weights():
    first, second = assignment.get_model(rng=1), assignment.get_model(rng=1)
    for a, b in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_train_learns_and_gives_predictions():
    data = Moons().load()
    model = assignment.build_classifier(2, [16], 2, rng=0)
    model.compile(Adam(0.02), assignment.get_loss_fn(), assignment.get_acc_fn())
    history, predictions = assignment.train(model, data, epochs=15, batch_size=20, verbose=0)
    assert history["val_acc"][-1] > 0.85
    assert predictions.shape == (len(data.validation_inputs), 2)
    assert np.mean(predictions.argmax(axis=1) == data.validation_targets) == pytest.approx(history["val_acc"][-1])


def test_a_class_that_is_missing_from_the_validation_part_keeps_its_place():
    x = np.eye(3, dtype=np.float32)
    data = Dataset("Three", x, np.array([0, 1, 2]), x[[0, 2]], np.array([0, 2]), class_names=("a", "b", "c"))
    model = assignment.build_classifier(3, [], 3, rng=0)
    model.compile(Adam(0.1), assignment.get_loss_fn(), assignment.get_acc_fn())
    _, predictions = assignment.train(model, data, epochs=1, batch_size=3, verbose=0)
    assert predictions.shape == (2, 3)


def test_preprocessed_data_is_what_the_course_expects():
    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data(real_data_dir())
    assert [part.shape for part in (train_inputs, train_labels, test_inputs, test_labels)] == [
        (60_000, 784),
        (60_000,),
        (10_000, 784),
        (10_000,),
    ]
    for part in (train_inputs, train_labels, test_inputs, test_labels):
        assert isinstance(part, Tensor)
        assert not part.requires_grad
    assert train_inputs.dtype == np.float32
    assert (train_inputs.numpy().min(), train_inputs.numpy().max()) == (0, 1)
    np.testing.assert_array_equal(train_labels[:5], [5, 0, 4, 1, 9])
    assert train_labels.dtype.kind == "i"


def test_missing_data_says_what_to_do(tmp_path):
    with pytest.raises(DataNotFoundError):
        load_and_preprocess_data(tmp_path)
