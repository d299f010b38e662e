"""Mean and confidence interval of a few measurements."""

from __future__ import annotations

import math
import statistics

# Student's t at 97.5 % by degrees of freedom, for up to ten seeds.
T975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def mean_interval(values: list[float]) -> dict[str, float | int | None]:
    """Returns mean, half of the 95 % interval and number of at most ten values.

    The half is `None` for a single value.
    """
    n = len(values)
    half = None if n < 2 else T975[n - 1] * statistics.stdev(values) / math.sqrt(n)
    return {"mean": statistics.fmean(values), "half": half, "n": n}
