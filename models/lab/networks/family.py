"""One of the five networks, as the command line, the card and the manifest name it."""

from __future__ import annotations

from dataclasses import dataclass

from .network import Network, NetworkConfig


@dataclass(frozen=True)
class Published:
    """What the paper says; None: nothing. `note`: what was left open, and why our paper configuration's size differs if it does."""

    parameters: float | None
    gmacs256: float | None
    note: str
    gopro: tuple[float, float]  # PSNR in dB, SSIM
    time: str | None  # of 1280x720


@dataclass(frozen=True)
class Family:
    """A network with its configurations: tiny, compact and paper."""

    title: str
    description: str
    citation: str
    labels: tuple[str, ...]  # of the stages
    network: type[Network]
    config: type[NetworkConfig]
    configs: dict[str, NetworkConfig]
    published: Published

    @property
    def id(self) -> str:
        return self.config.family
