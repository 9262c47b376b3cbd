"""Can Qt run here? If not, one sentence that says what is missing and what to type. Imports no Qt itself."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# The Debian package of each system library that Qt's wheels expect to find.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_MISSING = re.compile(r"(lib[\w+.-]+\.so[.\d]*): cannot open shared object file")


def complaint(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """What keeps the window from opening, or an empty text."""
    if importlib.util.find_spec("PySide6") is None:
        return "PySide6 is not installed. Install the project with: python -m pip install ."
    if not platform.startswith("linux"):
        return ""
    missing = _missing_libraries(environment)
    if missing:
        packages = " ".join(PACKAGES.get(library, library) for library in missing)
        return f"Qt needs system libraries that are not installed. Type: sudo apt install {packages}"
    wants = environment.get("QT_QPA_PLATFORM", "")
    if not wants and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        return (
            "There is no display to open a window on. Start it from a desktop, or set QT_QPA_PLATFORM=offscreen to run "
            "without a window (with --autostart --quit-when-done --screenshot FILE)."
        )
    return ""


def _missing_libraries(environment: Mapping[str, str]) -> list[str]:
    """The libraries that loading Qt and, on X11, its platform plugin would not find."""
    spec = importlib.util.find_spec("PySide6")
    folder = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
    if folder is None:
        return []
    wanted = [folder / "Qt" / "lib" / name for name in ("libQt6Core.so.6", "libQt6Gui.so.6", "libQt6Widgets.so.6")]
    if environment.get("DISPLAY") and environment.get("QT_QPA_PLATFORM", "xcb") == "xcb":
        wanted += [folder / "Qt" / "lib" / "libQt6XcbQpa.so.6", folder / "Qt" / "plugins" / "platforms" / "libqxcb.so"]
    missing = []
    for path in wanted:
        if not path.exists():
            continue
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            found = _MISSING.search(str(error))
            if found and found.group(1) not in missing:
                missing.append(found.group(1))
    return missing
