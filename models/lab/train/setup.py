"""What a training needs before its first step: the machine, the material, the sets it is judged by, and its beginning."""

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
    """Settings of the whole process; call it first of all."""
    torch.set_flush_denormal(True)  # without it a CPU step takes eight times as long
    torch.set_num_threads(threads)
    if torch.device(device).type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    return torch.device(device)


def step_size(args: argparse.Namespace, device: torch.device) -> dict[str, int]:
    """Patches of a step and their side in pixels, as TrainingOptions names them."""
    large = device.type == "cuda"
    return {"batch": args.batch or (32 if large else 8), "size": args.size or (256 if large else 128)}


class Material:
    """Where batches come from: `args` of `arguments.add_material` and `add_machine`."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        if args.pool:
            self.sources = Sources.pooled(args.pool, device)
        else:
            self.sources = Sources.synthesized(args.photos, args.foregrounds, device)
        in_process = args.pool or device.type == "cuda"
        self.workers = args.workers if args.workers is not None else (0 if in_process else 1)

    def batches(self, options: TrainingOptions) -> BatchSource:
        """Batches under these options, from any step on."""
        dataset = Batches(self.sources, options.batch, options.size, options.steps, options.seed, options.curriculum)
        return lambda first: batches_from(dataset, first, self.workers)


def validation_for(args: argparse.Namespace, device: torch.device, stages: int | None = None) -> Validate:
    """The measurements of a running training, of the sets that `args` names."""
    sets: dict[str, Pairs] = {}
    if args.pairs:
        found = real_pairs(args.pairs / "blur", args.pairs / "sharp")
        sets["real"] = [(blurred, sharp) for _, (_, blurred, sharp) in zip(range(SELECTION), found, strict=False)]
    if args.validation:
        blurred, sharp = load_frozen(args.validation)
        sets["frozen"] = list(zip(blurred.split(8), sharp.split(8), strict=True))
    return validator(sets, middles(args.sharp) if args.sharp else [], device, stages)


def middles(folder: Path) -> list[Tensor]:
    """The middle of every photo, [1, 3, 256, 256]."""
    return [middle(read_photo(path), 256) for path in photo_paths(folder)]


def resumed(run: Path, device: torch.device, steps: int | None = None) -> Trainer | None:
    """The trainer of a run's checkpoint, None where it has none. `steps`: another length of its schedule."""
    saved = run / "checkpoint.pt"
    if not saved.exists():
        return None
    state = checkpoint.load(saved, device)
    options = TrainingOptions.from_dict(state["options"])
    trainer = Trainer(config_from_dict(state["config"]), replace(options, steps=steps or options.steps), device, run)
    trainer.restore(state)
    return trainer


def begun(
    config: NetworkConfig,
    options: TrainingOptions,
    device: torch.device,
    run: Path,
    start: Path | None = None,
    adopt: Path | None = None,
    inherit: bool = False,
    resize: bool = False,
) -> Trainer:
    """A new trainer. `start`: a plug-in or run whose weights it begins with, and whose sizes, but for `inherit` and `resize`
    (these weights in another configuration that has a place for each: ADN's scales that shared them get a copy each, and
    blocks that are new begin as the identity); `adopt`: one of SAPHN-NU whose layers it begins with."""
    if start or adopt:  # ONNX is read here alone: a run that goes on needs none
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
    """What a card calls a plug-in or a run: its folder's name."""
    return (source.parent if source.is_file() else source).resolve().name


@contextmanager
def stopping_on_signals(trainer: Trainer) -> Iterator[None]:
    """Ctrl-C and a polite kill end the training after the step at hand, with a checkpoint."""
    interruptions = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(s, lambda *_: trainer.stop()) for s in interruptions]
    try:
        yield
    finally:
        for s, handler in zip(interruptions, before, strict=True):
            signal.signal(s, handler)
