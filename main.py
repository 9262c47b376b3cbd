"""BERAS Studio: ``python main.py``."""

import gc
import sys

gc.disable()  # looking for garbage while everything is being made only costs time; gui/collector.py sees to it later

from gui.app import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
