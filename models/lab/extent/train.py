r"""Trains the extent head on precomputed features of the frozen body.

    python -m lab.extent.train --from adn --features lab/.data/extent --out lab/runs/extent/head.pt

The features come from `lab.extent.features`. Takes minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..networks.adn import AdnConfig, ExtentHead
from ..weights import load_adn
from .checkpoint import body_digest, load_head, save_head
from .losses import head_losses
from .samples import Octave, load_samples
from .targets import Targets

WEIGHTS = 2.0, 1.0, 1.0  # of length, direction and kind
RATE = 2e-3
BATCH = 8  # samples per step, with all their octaves
WINDOW = 20  # cells a side that a step reads of an octave: neighbours tell nearly the same


def window(octave: Octave, side: int, dice: random.Random) -> Octave:
    """Cuts a random square of at most `side` cells a side out of an octave."""
    room = max(0, octave.features.shape[-1] - side)
    y, x = dice.randint(0, room), dice.randint(0, room)
    rows, columns = slice(y, y + side), slice(x, x + side)
    cut = (values[..., rows, columns] for values in vars(octave.target).values())
    return Octave(octave.features[:, rows, columns], Targets(*cut), octave.octave)


def batches(
    samples: list[list[Octave]], dice: random.Random
) -> Iterator[tuple[Tensor, Targets, Tensor]]:
    """Yields windows of equal size together: features, targets, and a weight [B] for each.

    Cells of coarse octaves are few: they count up to four times.
    """
    groups: dict[int, list[Octave]] = {}
    for octave in (window(octave, WINDOW, dice) for sample in samples for octave in sample):
        groups.setdefault(octave.features.shape[-1], []).append(octave)
    for group in groups.values():
        features = torch.stack([o.features.float() for o in group])
        target = Targets(
            *(torch.stack([getattr(o.target, n)[0] for o in group]) for n in vars(group[0].target))
        )
        yield features, target, torch.tensor([2.0 ** min(2, o.octave) for o in group])


def statistics(samples: list[list[Octave]]) -> tuple[Tensor, Tensor]:
    """Returns mean and deviation of every feature [F], from a part of the cells."""
    parts = [o.features.float().flatten(1)[:, ::7] for s in samples for o in s]
    values = torch.cat(parts, dim=1)
    return values.mean(dim=1), values.std(dim=1) + 1e-3


def train(
    config: AdnConfig,
    samples: list[list[Octave]],
    epochs: int,
    seed: int = 0,
    start: ExtentHead | None = None,
) -> tuple[ExtentHead, dict[str, Any]]:
    """Returns a trained head that reads the features themselves, and facts about the training.

    `start` continues the training of a head, in place.
    """
    mean, deviation = statistics(samples[:150])
    torch.manual_seed(seed)
    head = start or ExtentHead(config)
    if start is not None:
        head.absorb(-mean / deviation, 1 / deviation)
    optimiser = torch.optim.AdamW(head.parameters(), RATE, weight_decay=1e-3)
    order, weights = list(samples), torch.tensor(WEIGHTS).view(3, 1, 1, 1)
    per_epoch = len(samples) // BATCH
    began, step = time.process_time(), 0
    for epoch in range(epochs):
        dice = random.Random(seed * 1000 + epoch)
        dice.shuffle(order)
        sums = torch.zeros(3)
        for i in range(per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = rate(step, epochs * per_epoch)
            total, share = torch.zeros(()), 0.0
            for features, target, weight in batches(order[i * BATCH : (i + 1) * BATCH], dice):
                normal = (features - mean[:, None, None]) / deviation[:, None, None]
                losses = head_losses(head.predict(normal), target)
                total = total + (losses * weights * weight[:, None, None]).sum()
                share += float(weight.sum()) * losses[0, 0].numel()
                sums += losses.detach().mean(dim=(1, 2, 3)) / per_epoch
            optimiser.zero_grad()
            (total / share).backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            step += 1
        spent = (time.process_time() - began) / 60
        print(f"epoch {epoch + 1}: losses {[round(float(x), 4) for x in sums]}, {spent:.1f} min")
    head.absorb(mean, deviation)
    facts = {"samples": len(samples), "epochs": epochs, "steps": step, "minutes": round(spent, 1)}
    return head.eval(), facts


def rate(step: int, steps: int) -> float:
    """Returns the learning rate: 50 steps of warming up, then a cosine to zero."""
    return RATE * min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True, help="the body's weights")
    p.add_argument("--features", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--epochs", type=int, default=30)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--start", type=Path, help="head whose training continues")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    network = load_adn(args.source)
    samples = load_samples(args.features)
    start, earlier = load_head(args.start, network) if args.start else (None, {})
    head, facts = train(network.config, samples, args.epochs, args.seed, start)
    for name in ("epochs", "steps", "minutes") if earlier else ():
        facts[name] = round(facts[name] + earlier[name], 1)
    save_head(args.out, head, body_digest(network), facts)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
