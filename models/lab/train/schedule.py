"""Learning rate as a function of the step alone, so that a run resumes exactly."""

from __future__ import annotations

import math


def learning_rate(
    step: int, steps: int, peak: float, floor: float = 1e-6, warmup: int = 200
) -> float:
    """Returns the rate at `step`: a linear warm-up, then a cosine from `peak` to `floor`."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * progress))
