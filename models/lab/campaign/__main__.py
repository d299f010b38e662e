r"""Trains the network that should gain most, and replaces its plug-in if it improved.

    python -m lab.campaign --minutes 60 --pool lab/.data/pool \
        --validation lab/.data/validation.npz --pairs DIR --sharp DIR

Starts from the plug-ins in models/ and resumes an interrupted run; call it as often as you like.
Training takes --minutes, scoring a few more.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import torch

from ..evaluate.measure import typed
from ..evaluate.sets import Sets
from ..networks.network import Adopting
from ..networks.registry import PLUGINS
from ..train.arguments import add_machine, add_material
from ..train.setup import Material, prepare, step_size, stopping_on_signals, validation_for
from . import runs, transfer
from .begin import trainer_of
from .decide import compare, table
from .runs import Run
from .ship import Wording, ship
from .standing import standing, version_of
from .swap import recover
from .training import train

MODELS = Path(__file__).parents[2]
STEPS = ("begun", "trained", "scored")


def arguments(words: list[str]) -> argparse.Namespace:
    """Parses the command line; exits with a message if it is wrong."""
    p = argparse.ArgumentParser(
        prog="lab.campaign", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    p.add_argument("--minutes", type=float, required=True, help="training time of a new run")
    p.add_argument(
        "--network",
        choices=list(PLUGINS),
        help="train this plug-in instead of the one that should gain most",
    )
    p.add_argument("--dry-run", action="store_true", help="print what would be trained, and why")
    p.add_argument("--until", choices=STEPS, default="scored", help="last step of this call")
    p.add_argument(
        "--call-minutes",
        type=float,
        default=math.inf,
        help="longest training time of this call; another call resumes",
    )
    p.add_argument(
        "--from-parts",
        type=Path,
        help="folder with runs of another machine; newer ones replace those here",
    )
    p.add_argument(
        "--to-parts",
        type=Path,
        help="folder for a copy of the run, in files of at most 15 MiB, for another machine",
    )
    p.add_argument(
        "--adopt",
        type=Path,
        help="plug-in or run of SAPHN-NU whose layers a new saphn or adn starts with",
    )
    p.add_argument(
        "--config",
        choices=["paper", "tiny"],
        help="sizes of a new network (default: those of the plug-in)",
    )
    p.add_argument(
        "--targets", choices=["cpu", "gpu"], help="set of required gains (default: by --device)"
    )
    p.add_argument("--models", type=Path, default=MODELS, help="folder of the plug-ins")
    p.add_argument("--runs", type=Path, default=MODELS / "lab" / "runs")
    p.add_argument(
        "--device-name", help="name of the machine in the card (default: the GPU's name, or CPU)"
    )
    p.add_argument("--note", default="", help="remark in the card")
    p.add_argument("--plot", type=Path, help="PNG file for the calibration plot of a new plug-in")
    add_material(p)
    add_machine(p)
    args = p.parse_args(words)
    if args.dry_run or args.until == "begun":
        return args
    if not args.pool and not args.photos:
        p.error("name the training data with --photos or --pool")
    if not (args.validation and args.pairs and args.sharp):
        p.error("name the measured sets with --validation, --pairs and --sharp")
    return args


def chosen_run(args: argparse.Namespace, free: list[str]) -> Run:
    """Returns an open run, or the one that gets the minutes; prints the comparison.

    `free`: the networks to choose from.
    """
    versions = {network: version_of(args.models, network) for network in free}
    standings = []
    for network, version in versions.items():
        refused = runs.refused_run(args.runs, network, version)
        standings.append(standing(args.models, network, refused.folder if refused else None))
    choices = compare(
        standings,
        args.minutes,
        args.targets or ("gpu" if args.device.startswith("cuda") else "cpu"),
    )
    run = runs.open_run(args.runs, versions, args.network)
    if run:
        because = f"{run.folder.name} is open, {run.left:.1f} minutes left"
    else:
        because = "--network" if args.network else ""
        network = args.network or choices[0].standing.network
        run = runs.run_for(args.runs, network, versions[network], args.minutes)
    print(table(choices, run.network, because), flush=True)
    return run


def train_run(args: argparse.Namespace, run: Run, device: torch.device) -> None:
    """Creates or resumes the trainer, and trains unless this call ends with "begun"."""
    adopt = args.adopt if issubclass(PLUGINS[run.network][0].network, Adopting) else None
    trainer = trainer_of(run, args.models, args.config, adopt, step_size(args, device), device)
    run.save()
    trainer.save()
    if args.until == "begun":
        return
    name = args.device_name or (
        torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    )
    run.devices = list(dict.fromkeys([*run.devices, name]))
    with stopping_on_signals(trainer):
        train(trainer, run, Material(args, device), validation_for(args, device), args.call_minutes)


def score_run(args: argparse.Namespace, run: Run, command: str) -> None:
    """Replaces the plug-in, or prints why not."""
    sets = Sets(args.validation, args.sharp, args.pairs)
    run.verdict = ship(run, args.models, sets, Wording(command, args.note), args.plot)
    run.save()
    print("\n".join(run.verdict) or f"{run.network} was replaced")


def main(words: list[str] | None = None) -> None:
    """Runs the command; `words` replaces the command line."""
    words = sys.argv[1:] if words is None else words
    args = arguments(words)
    device = prepare(args.device, args.threads)
    busy = runs.busy_networks(args.runs)
    free = [network for network in PLUGINS if network not in busy]
    if not free or args.network in busy:
        sys.exit(f"other campaigns are training {', '.join(sorted(busy))}")
    if not args.dry_run:
        for network in free:
            recover(args.models / network)
        if args.from_parts:
            transfer.unpack(args.from_parts, args.runs)
    run = chosen_run(args, free)
    if args.dry_run:
        return
    with runs.held(run):
        if run.left > 0:
            train_run(args, run, device)
        if run.left > 0:
            print(f"{run.folder.name}: {run.left:.1f} minutes left; call again to resume")
        elif args.until == "scored":
            score_run(args, run, typed("lab.campaign", words))
        if args.to_parts:
            transfer.pack(run, args.to_parts)


if __name__ == "__main__":
    main()
