"""Which sizes are fast where they run: `python -m lab.export.timing --threads 2`.

Exports untrained candidates and times ONNX Runtime's CPU provider on one 512x512 tile. The compact configuration was chosen
from this table: multiply-adds alone mislead, since gathers, softmax and narrow convolutions are bound by memory.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import onnxruntime as ort
import torch

from ..evaluate.cost import describe
from ..networks.saphn_nu import COMPACT, SaphnNu, SaphnNuConfig, StageBlocks
from .graphs import example_inputs, export_stages

SIDE = 512


def candidates() -> dict[str, SaphnNuConfig]:
    """Variations around the compact configuration, one change each."""
    first, later = COMPACT.stages[0], COMPACT.stages[1]
    decoder = StageBlocks(encoder=(0, 0), bottleneck=1, decoder=(1, 1))
    return {
        "compact": COMPACT,
        "sample stride 2": replace(COMPACT, sample_stride=2),
        "filter on 32 channels": replace(COMPACT, filter_channels=32),
        "narrow 24-48-96": replace(COMPACT, widths=(24, 48, 96)),
        "deep 32-64-128": replace(COMPACT, widths=(32, 64, 128)),
        "later stages: block at 1/4 instead of 1/8": replace(COMPACT, stages=(first, decoder, decoder)),
        "one more block at 1/4": replace(COMPACT, stages=(replace(first, encoder=(0, 2)), later, later)),
    }


def milliseconds(config: SaphnNuConfig, threads: int, repeats: int) -> list[float]:
    """Median time of each stage on one tile."""
    with tempfile.TemporaryDirectory() as folder:
        graphs = export_stages(SaphnNu(config), Path(folder))
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        image, roi, budget = example_inputs(SaphnNu(config), SIDE, SIDE)
        known = {"image": image.numpy(), "roi": roi.numpy(), "budget": budget.numpy()}
        result = []
        for graph in graphs:
            session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
            feed = {i.name: known[i.name] for i in session.get_inputs()}
            times = []
            for _ in range(repeats):
                began = time.perf_counter()
                values = session.run(None, feed)
                times.append(1000 * (time.perf_counter() - began))
            known.update(zip([o.name for o in session.get_outputs()], values, strict=True))
            result.append(statistics.median(times))
    return result


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=7)
    args = p.parse_args()
    torch.manual_seed(0)
    print("| candidate | parameters | GMACs per megapixel | ms per megapixel | per stage |\n| --- | --- | --- | --- | --- |")
    for name, config in candidates().items():
        facts, times = describe(config), milliseconds(config, args.threads, args.repeats)
        per_megapixel = [t / (SIDE * SIDE / 1e6) for t in times]
        print(
            f"| {name} | {facts['parameters'] / 1e6:.2f} M | {facts['gmacsPerMegapixel']:.1f} | {sum(per_megapixel):.0f} | "
            f"{' + '.join(f'{t:.0f}' for t in per_megapixel)} |"
        )


if __name__ == "__main__":
    main()
