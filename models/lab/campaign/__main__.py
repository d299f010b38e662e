"""Train the network that gains most from the next minutes, and replace its plug-in if it became better:

    python -m lab.campaign --minutes 60 --pool lab/.data/pool --validation lab/.data/validation.npz --pairs DIR --sharp DIR

It starts from the plug-ins in models/, goes on with a run that was interrupted, and can be called again and again. Training
takes --minutes, judging a few more.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import torch

from ..evaluate.measure import typed
from ..evaluate.sets import Sets
from ..networks.registry import PLUGINS
from ..train.arguments import add_machine, add_material
from ..train.setup import Material, prepare, step_size, stopping_on_signals, validation_for
from . import runs, travel
from .begin import trainer_of
from .decide import compare, table
from .runs import Run
from .ship import Wording, ship
from .standing import standing, version_of
from .swap import recover
from .training import train

MODELS = Path(__file__).parents[2]
STEPS = ("begun", "trained", "judged")


def arguments(words: list[str]) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="lab.campaign", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--minutes", type=float, required=True, help="of training, if no run is open")
    p.add_argument("--network", choices=list(PLUGINS), help="this one, whatever the cards say")
    p.add_argument("--dry-run", action="store_true", help="say what would be trained, and why, and end")
    p.add_argument("--until", choices=STEPS, default="judged", help="how far this call goes")
    p.add_argument("--call-minutes", type=float, default=math.inf, help="train no longer in this call: another one goes on")
    p.add_argument("--from-parts", type=Path, help="where runs of another machine lie: newer ones are taken over")
    p.add_argument("--to-parts", type=Path, help="also write the run here, in files of at most 15 MiB, for another machine")
    p.add_argument("--adopt", type=Path, help="SAPHN-NU, a plug-in or a run, whose layers a new saphn or adn begins with")
    p.add_argument("--config", choices=["paper", "tiny"], help="of a new network (default: the one that the plug-in ships)")
    p.add_argument("--bars", choices=["cpu", "gpu"], help="which bars count (default: by --device)")
    p.add_argument("--models", type=Path, default=MODELS, help="folder of the plug-ins")
    p.add_argument("--runs", type=Path, default=MODELS / "lab" / "runs")
    p.add_argument("--device-name", help="for the card (default: what the GPU is called, or CPU)")
    p.add_argument("--note", default="", help="for the card")
    p.add_argument("--plot", type=Path, help="where a new plug-in's calibration plot goes (PNG)")
    add_material(p)
    add_machine(p)
    args = p.parse_args(words)
    if args.dry_run or args.until == "begun":
        return args
    if not args.pool and not args.photos:
        p.error("--photos or --pool must say what to train on")
    if not (args.validation and args.pairs and args.sharp):
        p.error("--validation, --pairs and --sharp must say what to measure on")
    return args


def chosen_run(args: argparse.Namespace, free: list[str]) -> Run:
    """An open run, else the one that is given the minutes. Prints how the networks compare; `free`: those to choose from."""
    versions = {network: version_of(args.models, network) for network in free}
    standings = []
    for network, version in versions.items():
        refused = runs.refused_run(args.runs, network, version)
        standings.append(standing(args.models, network, refused.folder if refused else None))
    choices = compare(standings, args.minutes, args.bars or ("gpu" if args.device.startswith("cuda") else "cpu"))
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
    """As far as this call goes: begun, or trained."""
    adopt = args.adopt if hasattr(PLUGINS[run.network][0].network, "adopt") else None
    trainer = trainer_of(run, args.models, args.config, adopt, step_size(args, device), device)
    run.save()
    trainer.save()
    if args.until == "begun":
        return
    name = args.device_name or (torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU")
    run.devices = list(dict.fromkeys([*run.devices, name]))
    with stopping_on_signals(trainer):
        train(trainer, run, Material(args, device), validation_for(args, device), args.call_minutes)


def judge_run(args: argparse.Namespace, run: Run, command: str) -> None:
    """Replace its plug-in, or say why not."""
    sets = Sets(args.validation, args.sharp, args.pairs)
    run.verdict = ship(run, args.models, sets, Wording(command, args.note), args.plot)
    run.save()
    print("\n".join(run.verdict) or f"{run.network} was replaced")


def main(words: list[str] | None = None) -> None:
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
            travel.unpack(args.from_parts, args.runs)
    run = chosen_run(args, free)
    if args.dry_run:
        return
    with runs.held(run):
        if run.left > 0:
            train_run(args, run, device)
        if run.left > 0:
            print(f"{run.folder.name}: {run.left:.1f} minutes left; call again to go on")
        elif args.until == "judged":
            judge_run(args, run, typed("lab.campaign", words))
        if args.to_parts:
            travel.pack(run, args.to_parts)


if __name__ == "__main__":
    main()
