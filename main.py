"""BERAS Studio: ``python main.py``."""

import sys

from gui.app import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
