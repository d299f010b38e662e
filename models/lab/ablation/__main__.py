r"""Trains ablations of SAPHN-NU under equal conditions, for the report.

    python -m lab.ablation --from saphn-nu --pool lab/.data/pool \
        --validation lab/.data/validation.npz --steps 600 --seeds 1 2 3 \
        --runs lab/runs/ablation --out ../docs/ablations.json

Compares runs of the same seed, which saw the same batches. Finished runs are not repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch

from ..evaluate.measure import typed
from ..synthesis.frozen import load_frozen
from ..train.data import Sources
from ..train.setup import source_name
from ..weights import load_network
from .experiment import STAGES, Schedule, density_follows_error, gain, saphn_nu, train
from .interval import mean_interval
from .variants import BASE, BUDGETS, VARIANTS


def measured(args: argparse.Namespace, variant: str, seed: int) -> dict[str, float]:
    """Returns the measurements of a run, trained first if necessary; stored in its folder."""
    run = args.runs / f"{variant}-{seed}"
    kept = run / "measured.json"
    if not kept.exists():
        blurred, sharp = load_frozen(args.validation)
        pairs = list(zip(blurred.split(8), sharp.split(8), strict=True))
        sources = Sources.pooled(args.pool, torch.device("cpu"))
        network = train(
            saphn_nu(load_network(args.source)), variant, seed, Schedule(args.steps), sources, run
        )
        values = {"gain": gain(network, pairs)}
        if variant == BASE:
            values |= {f"budget {b:g}": gain(network, pairs, b) for b in BUDGETS}
            values["rho"] = density_follows_error(network, pairs)
        run.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(values))
    return json.loads(kept.read_text())


def table(results: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Returns means and 95 % intervals over the seeds.

    Per variant: its gain, and by how much the whole network is better. Per budget: the change of
    the gain against the usual budget.
    """
    whole = results[BASE]
    rows = []
    for name, values in results.items():
        gained = {"gain": mean_interval([v["gain"] for v in values])}
        if name != BASE:
            pairs = zip(whole, values, strict=True)
            gained["wholeIsBetterBy"] = mean_interval([a["gain"] - b["gain"] for a, b in pairs])
        rows.append(
            {
                "variant": name,
                "label": VARIANTS[name].label,
                "published": VARIANTS[name].published,
                **gained,
            }
        )
    budgets = [
        {"budget": b, "change": mean_interval([v[f"budget {b:g}"] - v["gain"] for v in whole])}
        for b in BUDGETS
    ]
    return {"variants": rows, "budgets": budgets, "rho": mean_interval([v["rho"] for v in whole])}


def conditions(args: argparse.Namespace) -> dict[str, Any]:
    """Returns the common training conditions, and the command that repeats them."""
    command = typed("lab.ablation", sys.argv[1:])
    return {
        **{"command": command, "from": source_name(args.source), "steps": args.steps},
        **{"seeds": args.seeds, "stages": STAGES},
    }


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(
        prog="lab.ablation", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    p.add_argument(
        "--from",
        dest="source",
        type=Path,
        required=True,
        help="SAPHN-NU: plug-in, run or checkpoint",
    )
    p.add_argument("--pool", type=Path, required=True, help="pairs from lab.synthesis.pool")
    p.add_argument("--validation", type=Path, required=True, help="the frozen validation set")
    p.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    p.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    names = [BASE, *(v for v in args.variants if v != BASE)]
    # All variants of a seed first, so that an interrupted call leaves comparable pairs.
    found = {(name, seed): measured(args, name, seed) for seed in args.seeds for name in names}
    results = {name: [found[name, seed] for seed in args.seeds] for name in names}
    args.out.write_text(
        json.dumps({"conditions": conditions(args), **table(results)}, indent=2) + "\n"
    )
    print(args.out.read_text())


if __name__ == "__main__":
    main()
