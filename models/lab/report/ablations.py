"""The ablations, from the file that `lab.ablation` writes (its `table` and `conditions`)."""

from __future__ import annotations

from typing import Any

from ..evaluate.card import signed
from .tables import table

Interval = dict[str, Any]  # mean, half of the 95 % interval or None, n


def ablation_lines(found: dict[str, Any]) -> list[str]:
    """Markdown: what each part brings, what the budget does, and what sampling follows."""
    c = found["conditions"]
    seeds = ", ".join(map(str, c["seeds"]))
    parts = [
        [v["label"], interval(v["gain"]), interval(v.get("wholeIsBetterBy")), brings(v["published"]), verdict(v)]
        for v in found["variants"]
    ]
    budgets = [[f"{b['budget']:g} L", interval(b["change"], digits=4)] for b in found["budgets"]]
    return [
        f"Beginning with {c['from']}, {c['steps']} steps each, stages up to {c['stages']}, seeds {seeds}; runs of one seed saw the",
        "same batches. Gains in dB on the frozen validation set, with 95 % intervals over the seeds.",
        *table("variant, gain, the whole network is better by, the paper says, agrees", parts),
        *table("budget, change of the gain", budgets),
        f"Sampling density against stage 1's true remaining error: Spearman's rho {interval(found['rho'], sign='')}.",
        "",
    ]


def interval(value: Interval | None, sign: str = "+", digits: int = 3) -> str:
    if value is None:
        return "-"
    # All seeds began with the same stage 1: what is measured on it alone does not vary.
    half = f" ± {value['half']:.{digits}f}" if value["half"] else ""
    return f"{value['mean']:{sign}.{digits}f}{half}"


def brings(published: float | None) -> str:
    return "-" if published is None else f"{signed(published)} dB"


def verdict(variant: dict[str, Any]) -> str:
    """Whether the sign is the paper's, beyond what chance explains."""
    better, published = variant.get("wholeIsBetterBy"), variant["published"]
    if better is None or published is None:
        return "-"
    if better["half"] is None or abs(better["mean"]) <= better["half"]:
        return "not shown: the interval has both signs"
    return "yes" if (better["mean"] > 0) == (published > 0) else "no"
