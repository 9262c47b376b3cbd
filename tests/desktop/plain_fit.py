"""The same experiment trained by ``Model.fit`` without a window: what a run in the window is compared with."""

from __future__ import annotations

import numpy as np

from beras import Callback
from gui.domain.build import build_model, load_data, order_generator, targets_of, validation_of
from gui.domain.spec import ExperimentSpec


def plain_fit(spec: ExperimentSpec, *callbacks: Callback, validate: bool = True) -> list[np.ndarray]:
    """Copies of the weights it comes to."""
    data = load_data(spec.data, None)
    model = build_model(spec, data)
    with np.errstate(all="ignore"):
        model.fit(
            data.train_inputs,
            targets_of(data, data.train_targets),
            spec.epochs,
            spec.batch_size,
            validation_data=validation_of(data) if validate else None,
            shuffle=True,
            rng=order_generator(spec.seed),
            verbose=0,
            callbacks=callbacks,
        )
    return [np.array(weight) for weight in model.weights]
