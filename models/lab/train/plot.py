"""Draws training curves: `python -m lab.train.plot RUN/log.jsonl --out curve.png`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("log", type=Path)
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    records = [json.loads(line) for line in args.log.read_text().splitlines()]
    names = [k for k in records[-1] if ".gain" in k]
    figure, axes = plt.subplots(figsize=(6, 4))
    for name in names:
        points = [(r["step"], r[name]) for r in records if name in r]
        axes.plot(*zip(*points, strict=True), label=name)
    axes.set(xlabel="step", ylabel="gain over the input, dB")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(args.out, dpi=110)


if __name__ == "__main__":
    main()
