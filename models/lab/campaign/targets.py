"""Required gains of the networks, and conditions for replacing a plug-in; all in dB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Power = Literal["cpu", "gpu"]  # machine that trains

DEFAULT_NETWORK = "adn"


@dataclass(frozen=True)
class Target:
    """Gains that a network should reach; `None` = no requirement."""

    reported: float  # on the real pairs that are only reported
    frozen: float | None = None  # on the frozen validation set


EVERY: dict[Power, Target] = {"cpu": Target(0.6), "gpu": Target(1.5)}
DEFAULT: dict[Power, Target] = {"cpu": Target(1.5, 1.5), "gpu": Target(3.0, 3.5)}

# A replacement gains at least BETTER more on frozen validation, and at most NOT_WORSE less on the
# real pairs that select.
BETTER = 0.02
NOT_WORSE = 0.005
SHARP = 38.0  # lowest mean PSNR of restored sharp photos, without skipping


def target_of(network: str, power: Power) -> Target:
    """Returns the required gains of a network."""
    return (DEFAULT if network == DEFAULT_NETWORK else EVERY)[power]
