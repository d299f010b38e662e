"""Which network gains most from the next minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..evaluate.history import Point
from .bars import Power, bar_of
from .standing import Standing

LAST_PART = 0.5  # the fit sees the points after this share of the minutes: earlier ones were learned faster
FEWEST = 3  # points of a fit
PRIOR_MINUTES = 10.0  # without a curve: gain = slope * ln(1 + minutes / this), through the gain that the card has
UPKEEP = 0.1  # weight of a network that is above its bars: it may still become better


@dataclass(frozen=True)
class Choice:
    """A network in the comparison. Gains in dB; the highest score is trained."""

    standing: Standing
    expected: float  # gain over the next minutes; infinite for a network without a plug-in
    shortfall: float  # share of its bar that is missing, 0 to 1
    why: str

    @property
    def score(self) -> float:
        return self.expected * (UPKEEP + self.shortfall)


def slope(curve: list[Point]) -> float | None:
    """dB of frozen gain per unit of ln(minutes): a line through the last part of the curve. None: too few points."""
    known = [(p["minutes"], p["frozen"]) for p in curve if p["minutes"] > 0 and "frozen" in p]
    last = [(math.log(t), gain) for t, gain in known if t >= LAST_PART * known[-1][0]]
    middle = sum(x for x, _ in last) / max(1, len(last))
    spread = sum((x - middle) ** 2 for x, _ in last)
    if len(last) < FEWEST or spread == 0:
        return None
    return sum((x - middle) * gain for x, gain in last) / spread


def expectation(standing: Standing, minutes: float) -> tuple[float, str]:
    """(frozen gain in dB that the next `minutes` should bring, why). Never negative: a worse network replaces nothing."""
    if standing.version is None or standing.minutes <= 0:
        return math.inf, "has no plug-in"
    fitted = slope(standing.curve)
    if fitted is not None:
        return max(0.0, fitted * math.log1p(minutes / standing.minutes)), f"curve: {fitted:.2f} dB per ln(minutes)"
    prior = standing.frozen / math.log1p(standing.minutes / PRIOR_MINUTES)
    gain = prior * math.log((PRIOR_MINUTES + standing.minutes + minutes) / (PRIOR_MINUTES + standing.minutes))
    return max(0.0, gain), f"no curve: {prior:.2f} dB per ln(minutes) by its gain so far"


def shortfall(standing: Standing, power: Power) -> float:
    """The largest share that is missing of any of the network's bars."""
    bar = bar_of(standing.network, power)
    missing = [1 - standing.reported / bar.reported]
    if bar.frozen is not None:
        missing.append(1 - standing.frozen / bar.frozen)
    return min(1.0, max(0.0, *missing))


def compare(standings: list[Standing], minutes: float, power: Power) -> list[Choice]:
    """All of them, the one to train first; of equal ones that which was trained less."""
    choices = []
    for s in standings:
        expected, why = expectation(s, minutes)
        choices.append(Choice(s, expected, shortfall(s, power), why))
    return sorted(choices, key=lambda choice: (-choice.score, choice.standing.minutes))


def table(choices: list[Choice], chosen: str, because: str) -> str:
    """Markdown for people; `because`: why `chosen`, where it is not for its score."""
    lines = [
        "| network | minutes | frozen gain | reported gain | expected | below its bar | chosen | why |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for c in choices:
        s = c.standing
        mark, why = ("*", because or c.why) if s.network == chosen else ("", c.why)
        expected = "-" if math.isinf(c.expected) else f"{c.expected:+.3f}"
        lines.append(
            f"| {s.network} | {s.minutes:.0f} | {s.frozen:+.2f} | {s.reported:+.2f} | {expected} | "
            f"{c.shortfall:.0%} | {mark} | {why} |"
        )
    return "\n".join(lines)
