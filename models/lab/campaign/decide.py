"""Choice of the network that should gain most from the next minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..evaluate.card import row
from ..evaluate.history import Point
from .standing import Standing
from .targets import Power, target_of

# The fit uses the points after this share of the minutes; the earlier curve is steeper.
LAST_PART = 0.5
FEWEST = 3  # smallest number of points in a fit
# Without a curve: gain = slope * ln(1 + minutes / PRIOR_MINUTES), through the gain of the card.
PRIOR_MINUTES = 10.0
UPKEEP = 0.1  # weight of a network that has reached its required gains


@dataclass(frozen=True)
class Choice:
    """Network in the comparison, gains in dB; the one with the highest score is trained."""

    standing: Standing
    expected: float  # gain over the next minutes; infinite without a plug-in
    shortfall: float  # missing share of the required gain, 0 to 1
    why: str

    @property
    def score(self) -> float:
        """Expected gain, weighted by the shortfall."""
        return self.expected * (UPKEEP + self.shortfall)


def slope(curve: list[Point]) -> float | None:
    """Fits a line to the last part of a curve: dB of frozen gain per unit of ln(minutes).

    Returns `None` if there are too few points.
    """
    known = [(p["minutes"], p["frozen"]) for p in curve if p["minutes"] > 0 and "frozen" in p]
    last = [(math.log(t), gain) for t, gain in known if t >= LAST_PART * known[-1][0]]
    middle = sum(x for x, _ in last) / max(1, len(last))
    spread = sum((x - middle) ** 2 for x, _ in last)
    if len(last) < FEWEST or spread == 0:
        return None
    return sum((x - middle) * gain for x, gain in last) / spread


def expectation(standing: Standing, minutes: float) -> tuple[float, str]:
    """Returns the frozen gain in dB expected from the next `minutes`, and the reason.

    Never negative: a worse network replaces nothing.
    """
    if standing.version is None or standing.minutes <= 0:
        return math.inf, "has no plug-in"
    fitted = slope(standing.curve)
    if fitted is not None:
        gain = fitted * math.log1p(minutes / standing.minutes)
        return max(0.0, gain), f"curve: {fitted:.2f} dB per ln(minutes)"
    prior = standing.frozen / math.log1p(standing.minutes / PRIOR_MINUTES)
    trained = PRIOR_MINUTES + standing.minutes
    gain = prior * math.log((trained + minutes) / trained)
    return max(0.0, gain), f"no curve: {prior:.2f} dB per ln(minutes) by its gain so far"


def shortfall(standing: Standing, power: Power) -> float:
    """Returns the largest missing share of the network's required gains, 0 to 1."""
    target = target_of(standing.network, power)
    missing = [1 - standing.reported / target.reported]
    if target.frozen is not None:
        missing.append(1 - standing.frozen / target.frozen)
    return min(1.0, max(0.0, *missing))


def compare(standings: list[Standing], minutes: float, power: Power) -> list[Choice]:
    """Returns all choices, best first; equal ones by their training time, shortest first."""
    choices = []
    for s in standings:
        expected, why = expectation(s, minutes)
        choices.append(Choice(s, expected, shortfall(s, power), why))
    return sorted(choices, key=lambda choice: (-choice.score, choice.standing.minutes))


def table(choices: list[Choice], chosen: str, because: str) -> str:
    """Returns the comparison in Markdown.

    `because`: reason for `chosen` if it was not its score.
    """
    columns = [
        *("network", "minutes", "frozen gain", "reported gain"),
        *("expected", "shortfall", "chosen", "why"),
    ]
    lines = [row(columns), row("---" for _ in columns)]
    for c in choices:
        s = c.standing
        mark, why = ("*", because or c.why) if s.network == chosen else ("", c.why)
        expected = "-" if math.isinf(c.expected) else f"{c.expected:+.3f}"
        gains = f"{s.frozen:+.2f}", f"{s.reported:+.2f}", expected
        lines.append(row([s.network, f"{s.minutes:.0f}", *gains, f"{c.shortfall:.0%}", mark, why]))
    return "\n".join(lines)
