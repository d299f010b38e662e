"""Trains a network: `python -m lab.train --photos DIR --foregrounds DIR --run DIR --minutes 60`.

A run resumes exactly from its own checkpoint; `--from` starts a new run from a plug-in's weights.
On a GPU, `--device cuda` synthesizes blur on the device and picks a larger batch.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..networks.network import Adopting, Inheriting
from ..networks.registry import FAMILIES
from . import checkpoint
from .arguments import add_machine, add_material
from .data import Curriculum
from .setup import (
    Material,
    new_trainer,
    prepare,
    resume,
    step_size,
    stopping_on_signals,
    validation_for,
)
from .trainer import TrainingOptions


def arguments() -> argparse.Namespace:
    """Parses the command line; exits with a message if it is wrong."""
    p = argparse.ArgumentParser(prog="lab.train", description=__doc__)
    add_material(p)
    add_machine(p)
    p.add_argument("--network", default="saphn-nu", choices=list(FAMILIES))
    p.add_argument("--config", help="name of its sizes (default: compact, or those of --from)")
    p.add_argument("--run", type=Path, required=True, help="folder of this run: checkpoint and log")
    p.add_argument(
        "--from",
        dest="start",
        type=Path,
        help="initial weights of a new run: plug-in or checkpoint",
    )
    p.add_argument("--stages", type=int, help="train the first N stages only")
    p.add_argument("--frozen", type=int, default=0, help="leave the first N stages unchanged")
    p.add_argument(
        "--adopt",
        type=Path,
        help="plug-in or run of SAPHN-NU whose layers a new saphn or adn starts with",
    )
    p.add_argument(
        "--inherit",
        action="store_true",
        help="with --from: load stage 1 only and start the later stages from it",
    )
    p.add_argument("--minutes", type=float, required=True, help="wall-clock budget of this call")
    p.add_argument("--steps", type=int, required=True, help="length of the schedule")
    p.add_argument("--rate", type=float, help="peak learning rate (default: 1e-3)")
    p.add_argument(
        "--loss",
        default="paper",
        choices=["paper", "psnr"],
        help="psnr suits a network that already deblurs",
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument(
        "--full-from",
        type=float,
        default=0.5,
        help="share of the steps after which every batch is from the full camera pipeline",
    )
    p.add_argument(
        "--blend-from",
        type=float,
        default=0.15,
        help="share of the steps after which the first batches are",
    )
    p.add_argument(
        "--untouched", type=float, default=0.0, help="share of patches whose input is the target"
    )
    p.add_argument(
        "--parts",
        type=Path,
        help="folder for the checkpoint in files of at most 15 MiB; also read if the run is new",
    )
    p.add_argument("--every", type=int, default=500, help="steps between validations")
    args = p.parse_args()
    if not args.pool and not args.photos:
        p.error("name the training data with --photos or --pool")
    family = FAMILIES[args.network]
    if args.config and args.config not in family.configs:
        p.error(f"--config: {args.network} has {', '.join(family.configs)}")
    if args.inherit and not issubclass(family.network, Inheriting):
        p.error(f"--inherit: the stages of {args.network} cannot inherit weights")
    if args.adopt and not issubclass(family.network, Adopting):
        p.error(f"--adopt: {args.network} shares no layers with SAPHN-NU")
    return args


def main() -> None:
    """Runs the command."""
    args = arguments()
    device = prepare(args.device, args.threads)
    saved = args.run / "checkpoint.pt"
    if args.parts and not saved.exists() and (parts := list(args.parts.glob("checkpoint.pt.*"))):
        args.run.mkdir(parents=True, exist_ok=True)
        checkpoint.join(parts, saved)
    trainer = resume(args.run, device, args.steps)
    if trainer is None:
        options = TrainingOptions(
            **step_size(args, device),
            steps=args.steps,
            peak_rate=args.rate or 1e-3,
            stages=args.stages,
            frozen=args.frozen,
            loss=args.loss,
            seed=args.seed,
            curriculum=Curriculum(args.full_from, args.blend_from, args.untouched),
        )
        trainer = new_trainer(
            FAMILIES[args.network].configs[args.config or "compact"],
            options,
            device,
            args.run,
            start=args.start,
            adopt=args.adopt,
            inherit=args.inherit,
            resize=args.config is not None,
        )
    material = Material(args, device)
    validate = validation_for(args, device, trainer.options.stages)
    with stopping_on_signals(trainer):
        trainer.fit(material.batches(trainer.options), args.minutes, validate, args.every)
    if args.parts:
        checkpoint.split(saved, args.parts)


if __name__ == "__main__":
    main()
