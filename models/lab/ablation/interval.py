"""The mean of a few measurements and how far it can be trusted."""

from __future__ import annotations

import math
import statistics

# Student's t, 97.5 %, by degrees of freedom: a handful of seeds is all that is ever run.
T975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def mean_interval(values: list[float]) -> dict[str, float | int | None]:
    """Mean, half of the 95 % interval (None for a single value) and the number of values, at most ten."""
    n = len(values)
    half = None if n < 2 else T975[n - 1] * statistics.stdev(values) / math.sqrt(n)
    return {"mean": statistics.fmean(values), "half": half, "n": n}
