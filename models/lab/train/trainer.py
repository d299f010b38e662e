"""Training loop: exact resume, EMA, a wall-clock budget, and bf16."""

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

from ..networks.network import Adopting, Inheriting, Network, NetworkConfig
from ..networks.registry import build
from ..networks.saphn_nu import SaphnNuConfig
from . import checkpoint
from .data import Curriculum
from .losses import difficulty_loss, policy_loss, psnr_loss, restoration_loss
from .optimiser import Optimiser
from .schedule import learning_rate

HINT = 6.0  # logits, as strong as a full hint in the application (export.manifest.ROI_GAIN)

# Batches (blurred, sharp) from a given step on, [B, 3, S, S] each.
BatchSource = Callable[[int], Iterator[tuple[torch.Tensor, torch.Tensor]]]

# Measures the EMA network and returns values for the log: see `train.validation.validator`.
Validate = Callable[[Network], dict[str, float]]


@dataclass(frozen=True)
class TrainingOptions:
    """Training settings; the network's sizes are in its configuration."""

    steps: int
    batch: int = 8
    size: int = 128  # side of a patch in px
    peak_rate: float = 1e-3
    weight_decay: float = 1e-4
    clip: float = 1.0  # largest norm of the gradient
    ema: float = 0.999
    loss: Literal["paper", "psnr"] = "paper"  # the network's own objective, or PSNR
    fourier: float = 0.5  # weight of the spectra in the paper's loss
    policy_weight: float = 0.01
    explore_from: float = 0.3  # share of the steps after which the policy gradient starts
    explore_share: float = 0.25  # share of the later steps that sample from the policy
    # Share of the steps that sample under a random hint: users' boxes contain easy pixels too.
    hint_share: float = 0.25
    stages: int | None = None  # number of stages to train (the first ones); `None` = all
    frozen: int = 0  # number of stages to leave unchanged (the first ones)
    seed: int = 1
    curriculum: Curriculum = field(default_factory=Curriculum)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> TrainingOptions:
        """Inverts `asdict`; fields that older checkpoints lack get their defaults."""
        return TrainingOptions(**data | {"curriculum": Curriculum(**data.get("curriculum", {}))})


class Trainer:
    """Holds network, EMA copy, optimiser and step counter of a run.

    Raises ValueError if `options.frozen` stages share weights with the others.
    """

    def __init__(
        self, config: NetworkConfig, options: TrainingOptions, device: torch.device, run: Path
    ) -> None:
        self.config, self.options, self.device, self.run = config, options, device, run
        torch.manual_seed(options.seed)
        self.network = build_on(config, device)
        self.ema = build_on(config, device)
        self.ema.load_state_dict(self.network.state_dict())
        self.ema.requires_grad_(False)
        self.network.freeze(options.frozen)
        self.optimiser = Optimiser(
            self.network.parameters(), options.peak_rate, options.weight_decay
        )
        self.step = 0
        self.seconds = 0.0
        # Source of the initial weights, for the card; `None` = unknown, in older checkpoints.
        self.origin: str | None = "new"
        self.stopping = False

    def stop(self) -> None:
        """Ends `fit` after the current step, with a checkpoint. Safe in a signal handler."""
        self.stopping = True

    @property
    def progress(self) -> float:
        """Share of the schedule that is done, 0 to 1."""
        return self.step / self.options.steps

    def start_from(
        self, weights: dict[str, torch.Tensor], inherit: bool = False, name: str = "given weights"
    ) -> None:
        """Loads initial weights, for example of a plug-in; `name` is their source, for the card.

        `inherit` loads stage 1 only and initialises later stages from it; they may have other
        sizes. Raises TypeError if the network's stages cannot inherit.
        """
        if inherit:
            first = {k: v for k, v in weights.items() if k.startswith("stages.0.")}
            weights = self.network.state_dict() | first
        self.network.load_state_dict(weights)
        if inherit:
            if not isinstance(self.network, Inheriting):
                raise TypeError(f"the stages of {self.config.family} cannot inherit weights")
            self.network.inherit()
        self.ema.load_state_dict(self.network.state_dict())
        self.origin = f"from stage 1 of {name}" if inherit else f"from {name}"

    def adopt(self, donor: Network, name: str = "saphn-nu") -> None:
        """Copies the layers that the network shares with `donor`; `name` is for the card.

        Raises TypeError if the network shares no layers with SAPHN-NU, or the donor is none.
        """
        if not isinstance(self.network, Adopting):
            raise TypeError(f"{self.config.family} shares no layers with SAPHN-NU")
        self.network.adopt(donor)
        self.ema.load_state_dict(self.network.state_dict())
        self.origin = f"adopted from {name}"

    def state(self) -> dict[str, Any]:
        """Returns the content of a checkpoint: everything that an exact resume needs."""
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
        """Loads a checkpoint's content; training then continues exactly."""
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.origin = state.get("origin")

    def train_step(self, blurred: torch.Tensor, sharp: torch.Tensor) -> float:
        """Updates the weights once and returns the loss; [B, 3, S, S] each.

        Every random choice derives from (seed, step).
        """
        options = self.options
        self.optimiser.set_rate(learning_rate(self.step, options.steps, options.peak_rate))
        dice = random.Random(options.seed * 7_919 + self.step)
        torch.manual_seed(options.seed * 104_729 + self.step)
        explore = self.progress >= options.explore_from and dice.random() < options.explore_share
        blurred = blurred.to(self.device, memory_format=torch.channels_last)
        sharp = sharp.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            steering: dict[str, Any] = {}
            if self.network.steerable:
                steering = {"roi": self._random_hint(dice, blurred), "explore": explore}
            result = self.network(blurred, stages=options.stages, frozen=options.frozen, **steering)
        objective = self.config.objective
        if options.loss == "psnr":
            loss = psnr_loss(result.supervised, sharp, objective)
        else:
            loss = restoration_loss(result.supervised, sharp, options.fourier, objective)
        loss = loss + difficulty_loss(result, sharp, self.config.grid_stride)
        if explore and isinstance(self.config, SaphnNuConfig):
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
        """Returns a box of hinted cells [B, 1, h, w] on `hint_share` of the steps, else `None`."""
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
        # The state dict would average shared weights once per stage, under each of their names.
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
        """Trains to the end of the schedule, to step `until`, or for `minutes` of wall clock.

        Logs `validate(ema)` after every `every` steps (`None` = not in between) and at the last
        step. Saves a checkpoint every `save_minutes` and at the end.
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
        """Writes `checkpoint.pt` into the run's folder."""
        checkpoint.save(self.run / "checkpoint.pt", self.state())

    def log(self, values: dict[str, float]) -> None:
        """Appends a JSON line to log.jsonl, which `python -m lab.train.plot` draws."""
        record = {"step": self.step, "seconds": round(self.seconds, 1)}
        record |= {k: round(v, 5) for k, v in values.items()}
        self.run.mkdir(parents=True, exist_ok=True)
        with (self.run / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(json.dumps(record), flush=True)


def build_on(config: NetworkConfig, device: torch.device) -> Network:
    """Returns an untrained network on a device, in the layout that convolutions are fastest in."""
    network, layout = build(config), torch.channels_last
    # torch does not declare `memory_format` for modules.
    return network.to(device, memory_format=layout)  # type: ignore[call-overload]
