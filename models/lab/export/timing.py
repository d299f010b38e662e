"""Times variations of a network: `python -m lab.export.timing --network radn --threads 2`.

Exports untrained candidates and times ONNX Runtime's CPU provider on a 512x512 tile. The compact
configurations were chosen from these tables: multiply-adds alone mislead, since memory traffic
bounds gathers, softmax and narrow convolutions. With one thread, processor time is measured, which
other processes disturb least.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import onnxruntime as ort
import torch

from ..evaluate.card import row
from ..evaluate.cost import describe
from ..networks.network import NetworkConfig
from ..networks.registry import FAMILIES, build
from .candidates import candidates
from .graphs import example_inputs, export_stages

SIDE = 512


def milliseconds(config: NetworkConfig, threads: int, repeats: int) -> list[float]:
    """Returns the median time of each stage on one tile, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        network = build(config)
        graphs = export_stages(network, Path(folder))
        clock = time.process_time if threads == 1 else time.perf_counter
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        image, roi, budget = example_inputs(network, SIDE, SIDE)
        known = {"image": image.numpy(), "roi": roi.numpy(), "budget": budget.numpy()}
        result = []
        for graph in graphs:
            session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
            feed = {i.name: known[i.name] for i in session.get_inputs()}
            times = []
            for _ in range(repeats):
                began = clock()
                values = session.run(None, feed)
                times.append(1000 * (clock() - began))
            known.update(zip([o.name for o in session.get_outputs()], values, strict=True))
            result.append(statistics.median(times))
    return result


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--network", default="saphn-nu", choices=list(FAMILIES))
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=7)
    args = p.parse_args()
    torch.manual_seed(0)
    head = "candidate", "parameters", "GMACs per megapixel", "ms per megapixel", "per stage"
    print(row(head), row("---" for _ in head), sep="\n")
    for name, config in candidates(args.network).items():
        facts, times = describe(config), milliseconds(config, args.threads, args.repeats)
        per_megapixel = [t / (SIDE * SIDE / 1e6) for t in times]
        size = f"{facts['parameters'] / 1e6:.2f} M", f"{facts['gmacsPerMegapixel']:.1f}"
        stages = " + ".join(f"{t:.0f}" for t in per_megapixel)
        print(row([name, *size, f"{sum(per_megapixel):.0f}", stages]))


if __name__ == "__main__":
    main()
