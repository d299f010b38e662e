"""Training for a given time, in parts.

After each part the schedule is fitted to the measured pace, and the state is saved.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from ..train.setup import Material
from ..train.trainer import Trainer, Validate
from .pace import Timed, measured_pace, plan, segments
from .runs import Run

# A part that takes this many times longer than planned ends early, for a new plan.
PATIENCE = 1.5
# Length of the schedule while the pace is measured; never reached.
PACE_STEPS = 1_000_000


def train(
    trainer: Trainer,
    run: Run,
    material: Material,
    validate: Validate,
    call_minutes: float = math.inf,
) -> None:
    """Trains for the run's minutes, or for `call_minutes` of them; another call resumes.

    `trainer.stop` ends it earlier.
    """
    call_ends = time.monotonic() + 60 * call_minutes
    clock = time.monotonic()
    timed = Timed(validate)
    trainer.log(timed(trainer.ema))
    trainer.options = replace(trainer.options, steps=PACE_STEPS)
    pace = measured_pace(trainer, material.batches(trainer.options))
    run.left, clock = spent(run.left, clock)
    run.save()
    whole = segments(60 * run.minutes, timed.seconds)
    while run.left > 0 and not trainer.stopping:
        parts = max(1, math.ceil(whole * run.left / run.minutes))
        steps, until = plan(trainer.step, 60 * run.left, parts, pace, timed.seconds)
        trainer.options = replace(trainer.options, steps=steps)
        first, began = trainer.step, trainer.seconds
        allowed = min(
            PATIENCE * (until - first) * pace, call_ends - time.monotonic() - timed.seconds
        )
        if allowed <= 0:
            break
        trainer.fit(material.batches(trainer.options), allowed / 60, timed, every=None, until=until)
        if trainer.step > first:
            pace = (trainer.seconds - began) / (trainer.step - first)
        run.left, clock = spent(run.left, clock)
        if trainer.step == steps:
            run.left = 0.0
        run.step = trainer.step
        run.save()


def spent(left: float, clock: float) -> tuple[float, float]:
    """Returns the minutes left of `left` since `clock`, and the clock now."""
    now = time.monotonic()
    return max(0.0, left - (now - clock) / 60), now
