"""Description of one network family: its class, its configurations, and its plug-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .network import Network, NetworkConfig


@dataclass(frozen=True)
class Published:
    """Figures of the paper; `None` = not published.

    `note` says what the paper leaves open, and why the size of our `paper` configuration differs
    if it does.
    """

    parameters: float | None
    gmacs256: float | None  # G multiply-adds of a 256x256 image
    note: str
    gopro: tuple[float, float]  # PSNR in dB and SSIM on the GoPro test set
    time: str | None  # for a 1280x720 image


@dataclass(frozen=True)
class Family:
    """Network class with its named configurations (`tiny`, `compact`, `paper`, and others).

    `plugins` maps configuration names to plug-in ids; if it is empty, `compact` ships under the
    family's id. `remarks` adds a sentence for users to a configuration, where several ship.
    """

    title: str
    description: str
    citation: str
    labels: tuple[str, ...]  # of the stages
    network: type[Network]
    config: type[NetworkConfig]
    configs: Mapping[str, NetworkConfig]
    published: Published
    plugins: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Id of the family, for example "saphn-nu"."""
        return self.config.family

    @property
    def shipped(self) -> dict[str, str]:
        """Plug-in ids by configuration name, the default one first."""
        return self.plugins or {"compact": self.id}

    def plugin_id(self, config: str) -> str:
        """Returns the plug-in id of a configuration, or the family's id if it does not ship."""
        return self.shipped.get(config, self.id)
