"""The optimiser's step for one weight, line by line with its numbers: what it remembers, how far it goes, where to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.domain.backprop.backward_kind import whole_element
from gui.domain.backprop.decimals import braced, decimal_text
from gui.domain.backprop.equation import Element, Grid, GridKind, grid
from gui.domain.backprop.graph_layout import parameter_names
from gui.domain.backprop.pass_record import ParameterUpdate, PassRecord


@dataclass(frozen=True, slots=True)
class UpdateLine:
    """One line: what it is, the formula in symbols, the same with numbers, and the value."""

    symbol: str
    formula: str
    numbers: str
    value: float


@dataclass(frozen=True, slots=True)
class UpdateEquation:
    """The update of one entry of one parameter. ``agrees``: the last line is what the optimiser has really written."""

    names: tuple[str, ...]
    chosen: int
    element: Element
    shape: tuple[int, ...]
    lines: tuple[UpdateLine, ...]
    old: float
    new: float
    agrees: bool
    lead: str
    sentence: str
    decimals: int
    grids: tuple[Grid, ...]
    signs: tuple[str, ...] = ("−", "=")


def update_equation(record: PassRecord, chosen: int, element: Element | None, decimals: int) -> UpdateEquation:
    """Work out the update number ``chosen`` of the record; of the weight with the largest gradient if none is chosen.

    Raises ``ValueError`` if nothing is updated.
    """
    if not record.updates:
        raise ValueError("There are no weights to update.")
    chosen = min(max(chosen, 0), len(record.updates) - 1)
    update = record.updates[chosen]
    place = _place(update, element)
    lines, lead, sentence = _lines(record, update, place, decimals)
    new = float(update.new[place])
    names = parameter_names(record.trace)
    return UpdateEquation(
        names=tuple(names[each.node][each.place] for each in record.updates),
        chosen=chosen,
        element=place,
        shape=update.old.shape,
        lines=lines,
        old=float(update.old[place]),
        new=new,
        agrees=math.isclose(lines[-1].value, new, rel_tol=1e-5, abs_tol=1e-7) or not math.isfinite(new),
        lead=lead,
        sentence=sentence,
        decimals=decimals,
        grids=_grids(update, names[update.node][update.place], place),
    )


def _grids(update: ParameterUpdate, name: str, place: Element) -> tuple[Grid, ...]:
    """Old weights minus step is new weights; the step is what was really subtracted."""
    follows, words = whole_element(update.old.ndim), ("row", "column") if update.old.ndim > 1 else ("", "entry")
    notes = ("Before this step.", "What the optimiser makes of the gradient.", "With these the next batch begins.")
    kinds: tuple[GridKind, ...] = ("parameter", "value", "parameter")
    arrays = (update.old, update.old - update.new, update.new)
    titles = (("Old", name), ("Step", "step"), ("New", name))
    drawn = grid("", "", "gradient", update.gradient, words, follows, place)
    return tuple(
        grid(title, symbol, kind, array, words, follows, place, note=note, drawn=(drawn.rows, drawn.columns))
        for (title, symbol), kind, array, note in zip(titles, kinds, arrays, notes, strict=True)
    )


def _place(update: ParameterUpdate, element: Element | None) -> Element:
    shape = update.old.shape
    if element is not None and len(element) == len(shape):
        return tuple(min(max(i, 0), n - 1) for i, n in zip(element, shape, strict=True))
    sizes = np.nan_to_num(np.abs(update.gradient))
    return tuple(int(i) for i in np.unravel_index(int(sizes.argmax()), shape))


@dataclass(frozen=True, slots=True)
class _Entry:
    """The numbers of one weight: ``before`` and ``after`` are what the optimiser remembers of it."""

    w: float
    g: float
    before: Mapping[str, float]
    settings: Mapping[str, Any]
    t: int
    text: Callable[[float], str]


def _lines(
    record: PassRecord, update: ParameterUpdate, place: Element, decimals: int
) -> tuple[tuple[UpdateLine, ...], str, str]:
    entry = _Entry(
        float(update.old[place]),
        float(update.gradient[place]),
        {slot: float(array[place]) for slot, array in update.before.items()},
        record.settings,
        record.optimizer_step,
        lambda value: decimal_text(value, decimals),
    )
    with np.errstate(all="ignore"):
        rule = RULES.get(record.optimizer)
        if rule is not None:
            return rule(entry)
        return _any_optimizer(entry, float(update.new[place]))


def _gradient(entry: _Entry, name: str = "g") -> UpdateLine:
    return UpdateLine(name, "∂s/∂w", "recorded", entry.g)


def _new(entry: _Entry, step: float) -> UpdateLine:
    return UpdateLine("w", "w − step", f"{entry.text(entry.w)} − {braced(entry.text(step))}", entry.w - step)


def _sgd(entry: _Entry) -> tuple[tuple[UpdateLine, ...], str, str]:
    rate = float(entry.settings["learning_rate"])
    step = rate * entry.g
    return (
        (
            _gradient(entry),
            UpdateLine("step", "η g", f"{rate:g} · {braced(entry.text(entry.g))}", step),
            _new(entry, step),
        ),
        "Against the gradient:",
        "each weight goes the learning rate times its gradient downhill, and nothing is remembered.",
    )


def _rmsprop(entry: _Entry) -> tuple[tuple[UpdateLine, ...], str, str]:
    rate, beta, epsilon = (float(entry.settings[name]) for name in ("learning_rate", "beta", "epsilon"))
    v = beta * entry.before["v"] + (1 - beta) * entry.g**2
    step = rate * entry.g / (math.sqrt(v) + epsilon)
    text = entry.text
    divided = f"{rate:g} · {text(entry.g)} / ({text(math.sqrt(v))} + {epsilon:g})"
    mean = f"{beta:g} · {text(entry.before['v'])} + {1 - beta:.3g} · {braced(text(entry.g))}²"
    return (
        (
            _gradient(entry),
            UpdateLine("v", "β v + (1 − β) g²", mean, v),
            UpdateLine("step", "η g / (√v + ε)", divided, step),
            _new(entry, step),
        ),
        "Divided by its usual size:",
        "v is the running mean of the squared gradient, so weights with small gradients go about as far as others.",
    )


def _adam(entry: _Entry) -> tuple[tuple[UpdateLine, ...], str, str]:
    names = ("learning_rate", "beta_1", "beta_2", "epsilon")
    rate, beta_1, beta_2, epsilon = (float(entry.settings[name]) for name in names)
    text, t, g = entry.text, entry.t, entry.g
    m = beta_1 * entry.before["m"] + (1 - beta_1) * g
    v = beta_2 * entry.before["v"] + (1 - beta_2) * g**2
    part_1, part_2 = 1 - beta_1**t, 1 - beta_2**t
    m_hat, v_hat = m / part_1, v / part_2
    first = f"{beta_1:g} · {text(entry.before['m'])} + {1 - beta_1:.3g} · {text(g)}"
    second = f"{beta_2:g} · {text(entry.before['v'])} + {1 - beta_2:.3g} · {braced(text(g))}²"
    lines = [
        _gradient(entry),
        UpdateLine("m", "β₁ m + (1 − β₁) g", first, m),
        UpdateLine("v", "β₂ v + (1 − β₂) g²", second, v),
        UpdateLine("mˆ", "m / (1 − β₁ᵗ)", f"{text(m)} / {part_1:.4g}   (t = {t})", m_hat),
        UpdateLine("vˆ", "v / (1 − β₂ᵗ)", f"{text(v)} / {part_2:.4g}", v_hat),
    ]
    size, name = v_hat, "vˆ"
    if entry.settings.get("amsgrad"):
        size, name = max(entry.before["v_max"], v_hat), "vˆₘₐₓ"
        lines.append(UpdateLine(name, "max(vˆₘₐₓ, vˆ)", f"max({text(entry.before['v_max'])}, {text(v_hat)})", size))
    root = math.sqrt(size)
    step = rate * m_hat / (root + epsilon)
    divided = f"{rate:g} · {text(m_hat)} / ({text(root)} + {epsilon:g})"
    lines.append(UpdateLine("step", f"η mˆ / (√{name} + ε)", divided, step))
    return (
        (*lines, _new(entry, step)),
        "Mean divided by size:",
        "mˆ is the running mean of the gradient, √vˆ its usual size, so one step is about η long at most.",
    )


def _any_optimizer(entry: _Entry, new: float) -> tuple[tuple[UpdateLine, ...], str, str]:
    """An optimiser whose formula is not known here: what it was given, what it remembered, and what it did."""
    remembered = [UpdateLine(slot, "remembered", "before this step", value) for slot, value in entry.before.items()]
    step = entry.w - new
    return (
        (_gradient(entry), *remembered, UpdateLine("step", "w before − w after", "measured", step), _new(entry, step)),
        "The optimiser’s step:",
        "what it was given, what it remembered of this weight, and how far it went.",
    )


RULES: Mapping[str, Callable[[_Entry], tuple[tuple[UpdateLine, ...], str, str]]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
}
