"""What the studio says of itself: versions and licences of everything that it is made of."""

from __future__ import annotations

import platform

import beras

LICENCES = {
    "numpy": "BSD",
    "PySide6-Essentials": "LGPL 3",
    "pyqtgraph": "MIT",
    "safetensors": "Apache 2.0",
    "pooch": "BSD",
    "platformdirs": "MIT",
    "threadpoolctl": "BSD",
    "fast-sugiyama": "MIT",
}
ABSENT = "not installed"


def installed_versions() -> dict[str, str]:
    """The version of every package the studio uses; ``ABSENT`` for one that is not there."""
    return {name: _version(name) for name in LICENCES}


def versions_text() -> str:
    """Everything on one line, for a report."""
    packages = ", ".join(f"{name} {number}" for name, number in installed_versions().items())
    return f"BERAS {beras.__version__}, Python {platform.python_version()}, {packages}, {platform.platform()}"


def about_text() -> str:
    """The text of the About dialog, as rich text."""
    rows = [("Python", platform.python_version(), "PSF")]
    rows += [(name, number, LICENCES[name]) for name, number in installed_versions().items()]
    table = "".join(
        f"<tr><td style='padding: 1px 20px 1px 0'>{name}</td><td style='padding-right: 20px'>{number}</td>"
        f"<td>{licence}</td></tr>"
        for name, number, licence in rows
    )
    return (
        f"<h3>BERAS Studio {beras.__version__}</h3>"
        "<p>Trains small networks live and shows backpropagation itself. Every number on screen was recorded.</p>"
        "<p>BERAS is free software under the MIT licence. It stands on these packages:</p>"
        f"<table>{table}</table>"
        f"<p>{platform.platform()}</p>"
        "<p>MNIST: Y. LeCun, C. Cortes, C. Burges, usually stated as CC BY-SA 3.0. Fashion-MNIST: Zalando, MIT.</p>"
    )


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # here, because only reports need it, and it is slow

    try:
        return version(package)
    except PackageNotFoundError:
        return ABSENT
