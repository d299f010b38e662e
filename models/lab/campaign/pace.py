"""Number of steps that fit into the minutes, so that the learning rate's cosine ends with them."""

from __future__ import annotations

import copy
import math
import time

from ..networks.network import Network
from ..train.trainer import BatchSource, Trainer, Validate

SEGMENTS = (2, 20)  # fewest and most parts of a campaign; a validation ends each
VALIDATION_SHARE = 0.1  # largest share of the time, unless that leaves too few parts
# The pace is measured after WARM steps, over TIMED steps or for ENOUGH seconds.
WARM, TIMED, ENOUGH = 2, 20, 5.0


class Timed:
    """Validation that records its duration in seconds."""

    def __init__(self, validate: Validate) -> None:
        self.validate, self.seconds = validate, 0.0

    def __call__(self, network: Network) -> dict[str, float]:
        began = time.monotonic()
        values = self.validate(network)
        self.seconds = time.monotonic() - began
        return values


def measured_pace(trainer: Trainer, source: BatchSource) -> float:
    """Measures seconds per step, batch included, and restores the trainer's state."""
    before = copy.deepcopy(trainer.state())
    batches = source(trainer.step)
    for _ in range(WARM):
        trainer.train_step(*next(batches))
    began, count = time.monotonic(), 0
    while count < TIMED and time.monotonic() - began < ENOUGH and not trainer.stopping:
        trainer.train_step(*next(batches))
        count += 1
    seconds = (time.monotonic() - began) / max(1, count)
    trainer.restore(before)
    return seconds


def segments(seconds: float, validation: float) -> int:
    """Returns the number of parts of a campaign; `validation` is a validation's duration in s."""
    least, most = SEGMENTS
    return max(least, min(most, int(VALIDATION_SHARE * seconds / max(validation, 1e-3))))


def plan(step: int, seconds: float, parts: int, pace: float, validation: float) -> tuple[int, int]:
    """Returns the step at the schedule's end and the one at the next part's end.

    seconds: left for `parts` parts with a validation each. pace: seconds per step.
    """
    steps = max(1, int((seconds - parts * validation) / pace))
    return step + steps, step + math.ceil(steps / parts)
