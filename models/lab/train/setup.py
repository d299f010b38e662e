"""Preparation of a training run: machine, data, measured sets, and initial weights."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ..images import SELECTION, middle, photo_paths, read_photo, real_pairs
from ..networks.blocks import with_silent_blocks
from ..networks.network import NetworkConfig
from ..networks.registry import config_from_dict
from ..synthesis.frozen import load_frozen
from . import checkpoint
from .data import Batches, Sources, batches_from
from .trainer import BatchSource, Trainer, TrainingOptions, Validate
from .validation import Pairs, validator


def prepare(device: str, threads: int) -> torch.device:
    """Configures PyTorch for the whole process; call it before anything else."""
    torch.set_flush_denormal(True)  # without it a CPU step takes eight times as long
    torch.set_num_threads(threads)
    if torch.device(device).type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    return torch.device(device)


def step_size(args: argparse.Namespace, device: torch.device) -> dict[str, int]:
    """Returns `batch` (patches per step) and `size` (side in px) for TrainingOptions."""
    large = device.type == "cuda"
    return {
        "batch": args.batch or (32 if large else 8),
        "size": args.size or (256 if large else 128),
    }


class Material:
    """Source of batches, from arguments of `arguments.add_material` and `add_machine`."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        if args.pool:
            self.sources = Sources.pooled(args.pool, device)
        else:
            self.sources = Sources.synthesized(args.photos, args.foregrounds, device)
        in_process = args.pool or device.type == "cuda"
        self.workers = args.workers if args.workers is not None else (0 if in_process else 1)

    def batches(self, options: TrainingOptions) -> BatchSource:
        """Returns a function that yields the batches from a given step on."""
        dataset = Batches(
            self.sources,
            options.batch,
            options.size,
            options.steps,
            options.seed,
            options.curriculum,
        )
        return lambda first: batches_from(dataset, first, self.workers)


def validation_for(
    args: argparse.Namespace, device: torch.device, stages: int | None = None
) -> Validate:
    """Returns a validator for the sets that `args` names."""
    sets: dict[str, Pairs] = {}
    if args.pairs:
        found = real_pairs(args.pairs / "blur", args.pairs / "sharp")
        first = zip(range(SELECTION), found, strict=False)
        sets["real"] = [(blurred, sharp) for _, (_, blurred, sharp) in first]
    if args.validation:
        blurred, sharp = load_frozen(args.validation)
        sets["frozen"] = list(zip(blurred.split(8), sharp.split(8), strict=True))
    return validator(sets, middles(args.sharp) if args.sharp else [], device, stages)


def middles(folder: Path) -> list[Tensor]:
    """Returns the middle of every photo in a folder, [1, 3, 256, 256]."""
    return [middle(read_photo(path), 256) for path in photo_paths(folder)]


def resume(run: Path, device: torch.device, steps: int | None = None) -> Trainer | None:
    """Returns the trainer of a run's checkpoint, or `None` if it has none.

    `steps` replaces the length of its schedule.
    """
    saved = run / "checkpoint.pt"
    if not saved.exists():
        return None
    state = checkpoint.load(saved, device)
    options = TrainingOptions.from_dict(state["options"])
    options = replace(options, steps=steps or options.steps)
    trainer = Trainer(config_from_dict(state["config"]), options, device, run)
    trainer.restore(state)
    return trainer


def new_trainer(
    config: NetworkConfig,
    options: TrainingOptions,
    device: torch.device,
    run: Path,
    start: Path | None = None,
    adopt: Path | None = None,
    inherit: bool = False,
    resize: bool = False,
) -> Trainer:
    """Returns a new trainer.

    `start`: plug-in or run that gives the initial weights, and the sizes unless `inherit` or
    `resize`. `inherit`: see `Trainer.start_from`. `resize` loads the weights into another
    configuration: scales that shared their weights get a copy each, and additional blocks start
    as the identity. `adopt`: plug-in or run of SAPHN-NU whose layers a network without `start`
    adopts.
    """
    if start or adopt:  # imports ONNX, which a resumed run does not need
        from ..weights import load_network, load_weights
    if start:
        own, weights = load_weights(start)
        trainer = Trainer(config if inherit or resize else own, options, device, run)
        if resize:
            weights = with_silent_blocks(trainer.network, weights)
        trainer.start_from(weights, inherit, source_name(start))
        return trainer
    trainer = Trainer(config, options, device, run)
    if adopt:
        trainer.adopt(load_network(adopt), source_name(adopt))
    return trainer


def source_name(source: Path) -> str:
    """Returns the name of a plug-in or run in a card: its folder's name."""
    return (source.parent if source.is_file() else source).resolve().name


@contextmanager
def stopping_on_signals(trainer: Trainer) -> Iterator[None]:
    """Makes SIGINT and SIGTERM end the training after the current step, with a checkpoint."""
    interruptions = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(s, lambda *_: trainer.stop()) for s in interruptions]
    try:
        yield
    finally:
        for s, handler in zip(interruptions, before, strict=True):
            signal.signal(s, handler)
