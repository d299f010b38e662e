"""Where the networks should get, and what a replacement must show. Gains and fidelities in dB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Power = Literal["cpu", "gpu"]  # what the training has

DEFAULT_NETWORK = "adn"


@dataclass(frozen=True)
class Bar:
    """Gains that a network should reach; None: no such bar."""

    reported: float  # on the real pairs that are only reported
    frozen: float | None = None  # on the frozen validation set


EVERY: dict[Power, Bar] = {"cpu": Bar(0.6), "gpu": Bar(1.5)}
DEFAULT: dict[Power, Bar] = {"cpu": Bar(1.5, 1.5), "gpu": Bar(3.0, 3.5)}

BETTER = 0.02  # a replacement gains at least so much more on frozen validation
NOT_WORSE = 0.005  # and at most so much less on the real pairs that select
SHARP = 38.0  # mean PSNR of what becomes of sharp photos, no tile skipped


def bar_of(network: str, power: Power) -> Bar:
    return (DEFAULT if network == DEFAULT_NETWORK else EVERY)[power]
