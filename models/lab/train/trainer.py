"""The training loop: exact resume, EMA, a wall-clock budget, bf16 and channels_last where the device gains."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from ..networks.network import Network, NetworkConfig
from ..networks.registry import build
from . import checkpoint
from .data import Curriculum
from .losses import difficulty_loss, policy_loss, psnr_loss, restoration_loss
from .optimiser import Optimiser
from .schedule import learning_rate

HINT = 6.0  # logits, as strong as a full hint in the application (export.manifest.ROI_GAIN)

# Batches (blurred, sharp) from a given step on, as [B, 3, S, S].
BatchSource = Callable[[int], Iterator[tuple[torch.Tensor, torch.Tensor]]]


# Values for the log, of the EMA network: see `train.validation.validator`.
Validate = Callable[[Network], dict[str, float]]


@dataclass(frozen=True)
class TrainingOptions:
    """How to train; what to train is the network's configuration."""

    steps: int
    batch: int = 8
    size: int = 128
    peak_rate: float = 1e-3
    weight_decay: float = 1e-4
    clip: float = 1.0
    ema: float = 0.999
    loss: Literal["paper", "psnr"] = "paper"  # the network's own objective, or what it is judged by
    fourier: float = 0.5  # weight of spectra beside the paper's loss
    policy_weight: float = 0.01
    explore_from: float = 0.3  # policy gradient starts after pre-training, as a share of the steps
    explore_share: float = 0.25  # of the steps then, sampled from the policy
    hint_share: float = 0.25  # of the steps, sampled under a random hint: users' boxes hold easy pixels too
    stages: int | None = None  # train the first ones alone (None: all): the first costs a third of the whole
    frozen: int = 0  # leave the first ones as they are
    seed: int = 1
    curriculum: Curriculum = field(default_factory=Curriculum)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> TrainingOptions:
        """The inverse of `asdict`. Checkpoints of older code lack what they did not know: it gets its default."""
        return TrainingOptions(**data | {"curriculum": Curriculum(**data.get("curriculum", {}))})


class Trainer:
    """Owns network, EMA copy, optimiser and step counter. `fit` runs until the steps or the minutes are used up."""

    def __init__(self, config: NetworkConfig, options: TrainingOptions, device: torch.device, run: Path) -> None:
        self.config, self.options, self.device, self.run = config, options, device, run
        torch.manual_seed(options.seed)
        layout = torch.channels_last
        self.network = build(config).to(device, memory_format=layout)
        self.ema = build(config).to(device, memory_format=layout)
        self.ema.load_state_dict(self.network.state_dict())
        self.ema.requires_grad_(False)
        self.network.freeze(options.frozen)
        self.optimiser = Optimiser(self.network.parameters(), options.peak_rate, options.weight_decay)
        self.step = 0
        self.seconds = 0.0
        self.origin: str | None = "new"  # what it began with; None: a checkpoint of older code does not say
        self.stopping = False

    def stop(self) -> None:
        """End `fit` after the step at hand, with a checkpoint. Safe to call from a signal handler."""
        self.stopping = True

    @property
    def progress(self) -> float:
        return self.step / self.options.steps

    def start_from(self, weights: dict[str, torch.Tensor], inherit: bool = False, name: str = "given weights") -> None:
        """Begin with given weights (those of a plug-in), fresh optimiser. `name`: whose they are, for the card.

        `inherit`: only stage 1's weights are taken, and later stages begin with them too. They may have other sizes then.
        """
        if inherit:
            weights = self.network.state_dict() | {k: v for k, v in weights.items() if k.startswith("stages.0.")}
        self.network.load_state_dict(weights)
        if inherit:
            self.network.inherit()
        self.ema.load_state_dict(self.network.state_dict())
        self.origin = f"from stage 1 of {name}" if inherit else f"from {name}"

    def adopt(self, donor: Network, name: str = "saphn-nu") -> None:
        """Begin with the layers that the network shares with `donor`, fresh optimiser. `name`: whose they are, for the card."""
        self.network.adopt(donor)
        self.ema.load_state_dict(self.network.state_dict())
        self.origin = f"adopted from {name}"

    def state(self) -> dict[str, Any]:
        return {
            "config": self.config.to_dict(),
            "options": asdict(self.options),
            "network": self.network.state_dict(),
            "ema": self.ema.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "origin": self.origin,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was saved."""
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.origin = state.get("origin")

    def train_step(self, blurred: torch.Tensor, sharp: torch.Tensor) -> float:
        """One update. Every random choice in it derives from (seed, step)."""
        options = self.options
        self.optimiser.set_rate(learning_rate(self.step, options.steps, options.peak_rate))
        dice = random.Random(options.seed * 7_919 + self.step)
        torch.manual_seed(options.seed * 104_729 + self.step)
        explore = self.progress >= options.explore_from and dice.random() < options.explore_share
        blurred = blurred.to(self.device, memory_format=torch.channels_last)
        sharp = sharp.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            steering = {}
            if self.network.steerable:
                steering = {"roi": self._random_hint(dice, blurred), "explore": explore}
            result = self.network(blurred, stages=options.stages, frozen=options.frozen, **steering)
        if options.loss == "psnr":
            loss = psnr_loss(result.supervised, sharp, self.config.objective)
        else:
            loss = restoration_loss(result.supervised, sharp, options.fourier, self.config.objective)
        loss = loss + difficulty_loss(result, sharp, self.config.grid_stride)
        if explore and self.network.steerable:
            loss = loss + options.policy_weight * policy_loss(result, sharp, self.config)
        self.optimiser.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), options.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
        self._update_ema()
        self.step += 1
        return float(loss.detach())

    def _random_hint(self, dice: random.Random, image: torch.Tensor) -> torch.Tensor | None:
        """On some steps a box that outranks everything else: [B, 1, h, w] on the sampling grid."""
        if dice.random() >= self.options.hint_share:
            return None
        rows, columns = (n // self.config.grid_stride for n in image.shape[-2:])
        height, width = (max(1, int(n * dice.uniform(0.2, 0.5))) for n in (rows, columns))
        top, left = dice.randrange(rows - height + 1), dice.randrange(columns - width + 1)
        roi = torch.zeros(len(image), 1, rows, columns, device=self.device)
        roi[..., top : top + height, left : left + width] = HINT
        return roi

    @torch.no_grad()
    def _update_ema(self) -> None:
        decay = min(self.options.ema, (1 + self.step) / (10 + self.step))
        # Not the state's values: weights that stages share have a name there for each stage.
        for values in (nn.Module.parameters, nn.Module.buffers):
            for slow, fast in zip(values(self.ema), values(self.network), strict=True):
                slow.lerp_(fast, 1 - decay)

    def fit(
        self,
        source: BatchSource,
        minutes: float,
        validate: Validate,
        every: int | None = 500,
        save_minutes: float = 4,
        until: int | None = None,
    ) -> None:
        """Train until the steps or `minutes` of wall clock are used up, or until step `until`.

        `validate(ema)` returns values for the log: after each `every` steps (None: not on the way), and at the last step.
        """
        end = self.options.steps if until is None else until
        began = last_save = time.monotonic()
        first_second = self.seconds
        running, count = 0.0, 0
        batches = source(self.step)
        while self.step < end and time.monotonic() - began < minutes * 60 and not self.stopping:
            running += self.train_step(*next(batches))
            count += 1
            self.seconds = first_second + time.monotonic() - began
            if self.step == end or (every and self.step % every == 0):
                self.log({"loss": running / count, **validate(self.ema)})
                running, count = 0.0, 0
            if time.monotonic() - last_save > save_minutes * 60:
                self.save()
                last_save = time.monotonic()
        self.save()

    def save(self) -> None:
        checkpoint.save(self.run / "checkpoint.pt", self.state())

    def log(self, values: dict[str, float]) -> None:
        """One JSON line per entry in log.jsonl; `python -m lab.train.plot` draws it."""
        record = {"step": self.step, "seconds": round(self.seconds, 1)} | {k: round(v, 5) for k, v in values.items()}
        self.run.mkdir(parents=True, exist_ok=True)
        with (self.run / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(json.dumps(record), flush=True)
