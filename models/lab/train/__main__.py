"""Train a network: `python -m lab.train --photos DIR --foregrounds DIR --run DIR --minutes 60`.

A run continues from its own checkpoint, exactly; `--from` starts a new run from a plug-in's weights. On a GPU this one
command is all: `--device cuda` makes blur on the device and picks a larger batch.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..networks.registry import FAMILIES
from . import checkpoint
from .arguments import add_machine, add_material
from .data import Curriculum
from .setup import Material, begun, prepare, resumed, step_size, stopping_on_signals, validation_for
from .trainer import TrainingOptions


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="lab.train", description=__doc__)
    add_material(p)
    add_machine(p)
    p.add_argument("--network", default="saphn-nu", choices=list(FAMILIES))
    p.add_argument("--config", help="name of its sizes (default: compact, or what --from has)")
    p.add_argument("--run", type=Path, required=True, help="folder of this run: checkpoint and log")
    p.add_argument("--from", dest="start", type=Path, help="weights to start a new run from: plug-in or checkpoint")
    p.add_argument("--stages", type=int, help="train the first N stages alone")
    p.add_argument("--frozen", type=int, default=0, help="leave the first N stages as they are")
    p.add_argument("--adopt", type=Path, help="SAPHN-NU, a plug-in or a run, whose layers a new saphn or adn begins with")
    p.add_argument("--inherit", action="store_true", help="with --from: take stage 1 alone, later stages begin with its weights too")
    p.add_argument("--minutes", type=float, required=True, help="wall-clock budget of this call")
    p.add_argument("--steps", type=int, required=True, help="length of the schedule")
    p.add_argument("--rate", type=float)
    p.add_argument("--loss", default="paper", choices=["paper", "psnr"], help="psnr: for a network that deblurs already")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--full-from", type=float, default=0.5, help="share of the steps after which all blur is realistic")
    p.add_argument("--blend-from", type=float, default=0.15)
    p.add_argument("--untouched", type=float, default=0.0, help="share of patches that go in as sharp as they should come out")
    p.add_argument("--parts", type=Path, help="also keep the checkpoint here in files of at most 15 MiB; read from if the run has none")
    p.add_argument("--every", type=int, default=500, help="steps between validations")
    args = p.parse_args()
    if not args.pool and not args.photos:
        p.error("--photos or --pool must say what to train on")
    configs = FAMILIES[args.network].configs
    if args.config and args.config not in configs:
        p.error(f"--config: {args.network} has {', '.join(configs)}")
    if args.inherit and not hasattr(FAMILIES[args.network].network, "inherit"):
        p.error(f"--inherit: the stages of {args.network} have nothing to inherit")
    if args.adopt and not hasattr(FAMILIES[args.network].network, "adopt"):
        p.error(f"--adopt: {args.network} has no layers in common with SAPHN-NU")
    return args


def main() -> None:
    args = arguments()
    device = prepare(args.device, args.threads)
    saved = args.run / "checkpoint.pt"
    if args.parts and not saved.exists() and (parts := list(args.parts.glob("checkpoint.pt.*"))):
        args.run.mkdir(parents=True, exist_ok=True)
        checkpoint.join(parts, saved)
    trainer = resumed(args.run, device, args.steps)
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
        chosen = FAMILIES[args.network].configs[args.config or "compact"]
        trainer = begun(chosen, options, device, args.run, args.start, args.adopt, args.inherit, args.config is not None)
    material = Material(args, device)
    validate = validation_for(args, device, trainer.options.stages)
    with stopping_on_signals(trainer):
        trainer.fit(material.batches(trainer.options), args.minutes, validate, args.every)
    if args.parts:
        checkpoint.split(saved, args.parts)


if __name__ == "__main__":
    main()
