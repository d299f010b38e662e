"""Train a network: `python -m lab.train --photos DIR --foregrounds DIR --run DIR --minutes 60`.

A run continues from its own checkpoint, exactly; `--from` starts a new run from a plug-in's weights. On a GPU this one
command is all: `--device cuda` makes blur on the device and picks a larger batch.
"""

from __future__ import annotations

import argparse
import signal
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ..images import middle, photo_paths, read_photo, real_pairs
from ..networks.registry import FAMILIES, config_from_dict
from . import checkpoint
from .data import Batches, Curriculum, Sources, batches_from
from .trainer import Trainer, TrainingOptions
from .validation import Pairs, validator


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="lab.train", description=__doc__)
    p.add_argument("--network", default="saphn-nu", choices=list(FAMILIES))
    p.add_argument("--config", default="compact", choices=["compact", "paper", "tiny"])
    p.add_argument("--photos", type=Path, nargs="+", help="folders of sharp photos")
    p.add_argument("--foregrounds", type=Path, help="folder of RGBA cut-outs")
    p.add_argument("--pool", type=Path, help="instead of photos: pairs from lab.synthesis.pool, in POOL/hard and POOL/full")
    p.add_argument("--run", type=Path, required=True, help="folder of this run: checkpoint and log")
    p.add_argument("--from", dest="start", type=Path, help="weights to start a new run from: plug-in or checkpoint")
    p.add_argument("--stages", type=int, help="train the first N stages alone")
    p.add_argument("--frozen", type=int, default=0, help="leave the first N stages as they are")
    p.add_argument("--adopt", type=Path, help="SAPHN-NU, a plug-in or a run, whose layers a new saphn or adn begins with")
    p.add_argument("--inherit", action="store_true", help="with --from: take stage 1 alone, later stages begin with its weights too")
    p.add_argument("--minutes", type=float, required=True, help="wall-clock budget of this call")
    p.add_argument("--steps", type=int, required=True, help="length of the schedule")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, default=1, help="CPU threads: never more than cores that are free")
    p.add_argument("--workers", type=int, help="processes that make blur (default: 1 on a CPU, 0 on a GPU)")
    p.add_argument("--batch", type=int)
    p.add_argument("--size", type=int)
    p.add_argument("--rate", type=float)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--full-from", type=float, default=0.5, help="share of the steps after which all blur is realistic")
    p.add_argument("--blend-from", type=float, default=0.15)
    p.add_argument("--untouched", type=float, default=0.0, help="share of patches that go in as sharp as they should come out")
    p.add_argument("--validation", type=Path, help="the frozen validation set (lab.synthesis.frozen)")
    p.add_argument("--pairs", type=Path, help="folder with blur/ and sharp/: the first 4 select, never trained on")
    p.add_argument("--sharp", type=Path, help="folder of sharp photos that should come out as they go in: measured only")
    p.add_argument("--parts", type=Path, help="also keep the checkpoint here in files of at most 15 MiB; read from if the run has none")
    p.add_argument("--every", type=int, default=500, help="steps between validations")
    args = p.parse_args()
    if not args.pool and not args.photos:
        p.error("--photos or --pool must say what to train on")
    if args.inherit and not hasattr(FAMILIES[args.network].network, "inherit"):
        p.error(f"--inherit: the stages of {args.network} have nothing to inherit")
    if args.adopt and not hasattr(FAMILIES[args.network].network, "adopt"):
        p.error(f"--adopt: {args.network} has no layers in common with SAPHN-NU")
    return args


def validation_sets(args: argparse.Namespace) -> dict[str, Pairs]:
    sets: dict[str, Pairs] = {}
    if args.pairs:
        found = real_pairs(args.pairs / "blur", args.pairs / "sharp")
        sets["real"] = [(blurred, sharp) for _, (_, blurred, sharp) in zip(range(4), found, strict=False)]
    if args.validation:
        from ..synthesis.frozen import load_frozen

        blurred, sharp = load_frozen(args.validation)
        sets["frozen"] = list(zip(blurred.split(8), sharp.split(8), strict=True))
    return sets


def sharp_photos(args: argparse.Namespace) -> list[Tensor]:
    """The middle of every photo of --sharp, [1, 3, 256, 256]."""
    photos = map(read_photo, photo_paths(args.sharp)) if args.sharp else ()
    return [middle(photo, 256) for photo in photos]


def options_for(args: argparse.Namespace, device: torch.device) -> TrainingOptions:
    large = device.type == "cuda"
    return TrainingOptions(
        steps=args.steps,
        batch=args.batch or (32 if large else 8),
        size=args.size or (256 if large else 128),
        peak_rate=args.rate or 1e-3,
        stages=args.stages,
        frozen=args.frozen,
        seed=args.seed,
        curriculum=Curriculum(args.full_from, args.blend_from, args.untouched),
    )


def main() -> None:
    torch.set_flush_denormal(True)  # first of all: without it a CPU step takes eight times as long
    args = arguments()
    device = torch.device(args.device)
    torch.set_num_threads(args.threads)
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    options = options_for(args, device)
    chosen = FAMILIES[args.network].configs[args.config]
    saved = args.run / "checkpoint.pt"
    if args.parts and not saved.exists() and (parts := list(args.parts.glob("checkpoint.pt.*"))):
        args.run.mkdir(parents=True, exist_ok=True)
        checkpoint.join(parts, saved)
    if saved.exists():
        state = checkpoint.load(saved, device)
        config = config_from_dict(state["config"])
        options = replace(TrainingOptions.from_dict(state["options"]), steps=args.steps)
        trainer = Trainer(config, options, device, args.run)
        trainer.restore(state)
    elif args.start:
        from ..weights import load_weights

        config, weights = load_weights(args.start)
        trainer = Trainer(chosen if args.inherit else config, options, device, args.run)
        trainer.start_from(weights, args.inherit)
    else:
        trainer = Trainer(chosen, options, device, args.run)
        if args.adopt:
            from ..weights import load_network

            trainer.adopt(load_network(args.adopt))
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, lambda *_: trainer.stop())
    if args.pool:
        sources = Sources.pooled(args.pool, device)
    else:
        sources = Sources.synthesized(args.photos, args.foregrounds, device)
    dataset = Batches(sources, options.batch, options.size, options.steps, options.seed, options.curriculum)
    in_process = args.pool or device.type == "cuda"
    workers = args.workers if args.workers is not None else (0 if in_process else 1)
    trainer.fit(
        lambda first: batches_from(dataset, first, workers),
        args.minutes,
        validator(validation_sets(args), sharp_photos(args), device, options.stages),
        args.every,
    )
    if args.parts:
        checkpoint.split(saved, args.parts)


if __name__ == "__main__":
    main()
