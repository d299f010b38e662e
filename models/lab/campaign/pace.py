"""How many steps fit into the minutes, so that the cosine of the learning rate ends with them."""

from __future__ import annotations

import copy
import math
import time

from ..networks.network import Network
from ..train.trainer import BatchSource, Trainer, Validate

SEGMENTS = (2, 20)  # parts of a campaign, each ended by a validation: at least, at most
VALIDATION_SHARE = 0.1  # of the time, at most, unless that leaves too few parts
WARM, TIMED, ENOUGH = 2, 20, 5.0  # steps before the clock runs, steps that are timed, seconds after which no more are


class Timed:
    """A validation that remembers how many seconds it took."""

    def __init__(self, validate: Validate) -> None:
        self.validate, self.seconds = validate, 0.0

    def __call__(self, network: Network) -> dict[str, float]:
        began = time.monotonic()
        values = self.validate(network)
        self.seconds = time.monotonic() - began
        return values


def rehearsed(trainer: Trainer, source: BatchSource) -> float:
    """Seconds per step, with its batch, of a few steps that leave the trainer as it was."""
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
    """Into how many parts a campaign of `seconds` is cut when a validation takes `validation` seconds."""
    least, most = SEGMENTS
    return max(least, min(most, int(VALIDATION_SHARE * seconds / max(validation, 1e-3))))


def plan(step: int, seconds: float, parts: int, pace: float, validation: float) -> tuple[int, int]:
    """(steps at the schedule's end, step at which the next part ends).

    `seconds` are left for `parts` parts with a validation each; a step takes `pace` seconds.
    """
    steps = max(1, int((seconds - parts * validation) / pace))
    return step + steps, step + math.ceil(steps / parts)
