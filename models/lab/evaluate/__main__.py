"""Measure a network and write its card:

    python -m lab.evaluate --from RUN --frozen FILE --sharp DIR --pairs DIR --out models/saphn-nu --device-name "2 CPU cores"
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import torch

from ..export.half import round_weights
from ..images import photo_paths, read_photo, real_pairs
from ..networks.registry import build, config_from_dict, family_of
from ..synthesis.frozen import load_frozen
from ..train import checkpoint
from ..weights import load_network
from . import card
from .calibration import calibrate, plot
from .cost import describe
from .halo import halo
from .receptive import effective_radius
from .scores import identity_scores, mean_score, score_pairs


def training_facts(source: Path, earlier: list[Path], device_name: str, note: str) -> dict[str, Any]:
    """Steps, patches and minutes of a run, or plug-in, and of those that it began with."""
    runs = [run for path in (*earlier, source) for run in runs_of(path)]
    return {
        "data": "models/lab/DATA.md",
        "runs": runs,
        "steps": sum(run["steps"] for run in runs),
        "patches": sum(run["steps"] * run["batch"] for run in runs),
        "minutes": sum(run["minutes"] for run in runs),
        "device": device_name,
        "note": note,
    }


def runs_of(source: Path) -> list[dict[str, Any]]:
    """A checkpoint is one run; a plug-in's manifest tells of all that made it."""
    if (source / "plugin.json").exists():
        return json.loads((source / "plugin.json").read_text())["training"]["runs"]
    state = checkpoint.load(source / "checkpoint.pt" if source.is_dir() else source)
    options = state["options"]
    last = options.get("stages") or len(build(config_from_dict(state["config"])).stages)
    return [
        {
            "stages": list(range(options.get("frozen", 0) + 1, last + 1)),
            "steps": state["step"],
            "batch": options["batch"],
            "size": options["size"],
            "minutes": state["seconds"] / 60,
        }
    ]


def main() -> None:
    p = argparse.ArgumentParser(prog="lab.evaluate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="source", type=Path, required=True, help="checkpoint, run folder or plug-in")
    p.add_argument("--earlier", type=Path, nargs="*", default=[], help="runs or plug-ins that this one began with, for the card")
    p.add_argument("--frozen", type=Path, required=True, help="frozen validation set (lab.synthesis.frozen)")
    p.add_argument("--sharp", type=Path, required=True, help="folder of sharp photos")
    p.add_argument("--pairs", type=Path, required=True, help="folder with blur/ and sharp/ of real pairs")
    p.add_argument("--selection", type=int, default=4, help="the first N real pairs select, the others are reported")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--plot", type=Path, help="where the calibration plot goes (PNG)")
    p.add_argument("--device-name", default="CPU")
    p.add_argument("--note", default="")
    p.add_argument("--overlap", type=int, default=64, help="of tiles, pixels, as test/bench/seams.js found it enough")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)

    network = load_network(args.source)
    round_weights(network)  # measured as it is shipped
    config, family = network.config, family_of(network.config)

    blurred, sharp = load_frozen(args.frozen)
    frozen = [(f"{i:03d}", b[None], s[None]) for i, (b, s) in enumerate(zip(blurred, sharp, strict=True))]
    real = score_pairs(network, real_pairs(args.pairs / "blur", args.pairs / "sharp"))
    calibrations = calibrate(network, frozen)
    identity = identity_scores(network, ((q.name, read_photo(q)) for q in photo_paths(args.sharp)))
    first = next(iter(real_pairs(args.pairs / "blur", args.pairs / "sharp")))[1]
    radius = effective_radius(network, first)
    report: dict[str, Any] = {
        "command": f"python -m lab.evaluate {shlex.join(redacted(sys.argv[1:]))}",
        "training": training_facts(args.source, args.earlier, args.device_name, args.note),
        "network": family.id,
        "cost": {"this": {"name": config.name, **describe(config)}, "paper": describe(family.configs["paper"])},
        "sets": {
            "frozen synthetic validation": mean_score(score_pairs(network, frozen)),
            f"real pairs, selection (first {args.selection})": mean_score(real[: args.selection]),
            "real pairs, reported": mean_score(real[args.selection :]),
        },
        "identity": {
            "photos": len(identity),
            "mean": sum(identity.values()) / len(identity),
            "worst": min(identity.values()),
        },
        "halo": halo(network),
        "radius": radius,
        "overlap": args.overlap,
        "sampler": config.sampler if network.steerable else None,
        "calibration": [
            {"ratio": c.ratio, "errorRank": c.error_rank, "policyRank": c.policy_rank} for c in calibrations
        ],
    }
    card.write(report, args.out)
    if args.plot:
        plot(calibrations, args.plot)
    print(json.dumps(report, indent=2))


def redacted(words: list[str]) -> list[str]:
    """The command as anyone would type it: absolute paths keep their last two parts."""
    return [str(Path(*Path(w).parts[-2:])) if w.startswith("/") else w for w in words]


if __name__ == "__main__":
    main()
