"""How much memory the moments of a run may take: chosen in the preferences, kept by the timeline of a run."""

from __future__ import annotations

MEGABYTE = 1 << 20
MEMORY_CHOICES_MB = (16, 64, 256, 1024, 4096)
DEFAULT_MEMORY_MB = 256
DEFAULT_LIMIT_BYTES = DEFAULT_MEMORY_MB * MEGABYTE
