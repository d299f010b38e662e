"""Training for a given time, in parts: after each the schedule is fitted anew to the pace, and the state is saved."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from ..train.setup import Material
from ..train.trainer import Trainer, Validate
from .pace import Timed, plan, rehearsed, segments
from .runs import Run

PATIENCE = 1.5  # a part that takes longer than planned by this factor ends early: the plan is made anew
REHEARSAL_STEPS = 1_000_000  # length of the schedule while the pace is measured: any that does not end


def train(trainer: Trainer, run: Run, material: Material, validate: Validate, call_minutes: float = math.inf) -> None:
    """Use up the run's minutes, or `call_minutes` of them. `trainer.stop` ends it sooner; another call goes on."""
    call_ends = time.monotonic() + 60 * call_minutes
    clock = time.monotonic()
    timed = Timed(validate)
    trainer.log(timed(trainer.ema))
    trainer.options = replace(trainer.options, steps=REHEARSAL_STEPS)
    pace = rehearsed(trainer, material.batches(trainer.options))
    run.left, clock = spent(run.left, clock)
    run.save()
    whole = segments(60 * run.minutes, timed.seconds)
    while run.left > 0 and not trainer.stopping:
        parts = max(1, math.ceil(whole * run.left / run.minutes))
        steps, until = plan(trainer.step, 60 * run.left, parts, pace, timed.seconds)
        trainer.options = replace(trainer.options, steps=steps)
        first, began = trainer.step, trainer.seconds
        allowed = min(PATIENCE * (until - first) * pace, call_ends - time.monotonic() - timed.seconds)
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
    """(minutes that are left of `left` since `clock`, the clock now)."""
    now = time.monotonic()
    return max(0.0, left - (now - clock) / 60), now
