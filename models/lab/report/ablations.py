"""Ablations in the document, from the file of `lab.ablation`."""

from __future__ import annotations

from typing import Any

from ..evaluate.card import prose, signed
from .tables import table

Interval = dict[str, Any]  # mean, half of the 95 % interval or `None`, n


def ablation_lines(found: dict[str, Any]) -> list[str]:
    """Returns Markdown: the gain of each part, the effect of the budget, and of sampling."""
    c = found["conditions"]
    seeds = ", ".join(map(str, c["seeds"]))
    parts = [
        [
            v["label"],
            interval(v["gain"]),
            interval(v.get("wholeIsBetterBy")),
            brings(v["published"]),
            verdict(v),
        ]
        for v in found["variants"]
    ]
    budgets = [[f"{b['budget']:g} L", interval(b["change"], digits=4)] for b in found["budgets"]]
    return [
        *prose(
            f"Every run starts with the weights of {c['from']} and trains stage {c['stages']} for "
            f"{c['steps']} steps, with seeds {seeds}. Runs of one seed see the same batches. "
            "Gains in dB on the frozen validation set, with 95 % intervals over the seeds."
        )[:-1],
        *table("variant, gain, whole network better by, gain in the paper, agrees", parts),
        *table("budget, change of the gain", budgets)[1:],
        *prose(
            "Sampling density against stage 1's true remaining error: "
            f"Spearman's rho {interval(found['rho'], sign='')}."
        ),
    ]


def interval(value: Interval | None, sign: str = "+", digits: int = 3) -> str:
    """Formats a mean with its interval, for example "+1.042 ± 0.003"."""
    if value is None:
        return "-"
    # Measurements of stage 1 alone do not vary: all seeds share it.
    half = f" ± {value['half']:.{digits}f}" if value["half"] else ""
    return f"{value['mean']:{sign}.{digits}f}{half}"


def brings(published: float | None) -> str:
    """Formats the published gain of a part."""
    return "-" if published is None else f"{signed(published)} dB"


def verdict(variant: dict[str, Any]) -> str:
    """Returns whether the sign agrees with the paper's, beyond the 95 % interval."""
    better, published = variant.get("wholeIsBetterBy"), variant["published"]
    if better is None or published is None:
        return "-"
    if better["half"] is None or abs(better["mean"]) <= better["half"]:
        return "not shown: the interval has both signs"
    return "yes" if (better["mean"] > 0) == (published > 0) else "no"
