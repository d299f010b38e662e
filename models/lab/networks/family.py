"""One of the five networks with its configurations and the plug-ins that ship them."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """A network with its configurations by name: tiny, compact, paper, and others where it has them.

    `plugins`: plug-in ids by the name of the configuration that they ship; empty: `compact` ships under the family's id.
    `remarks`: sentences for users by the name of the configuration, where a family ships several.
    """

    title: str
    description: str
    citation: str
    labels: tuple[str, ...]  # of the stages
    network: type[Network]
    config: type[NetworkConfig]
    configs: dict[str, NetworkConfig]
    published: Published
    plugins: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.config.family

    @property
    def shipped(self) -> dict[str, str]:
        """Plug-in ids by the name of their configuration, the default one first."""
        return self.plugins or {"compact": self.id}

    def plugin_id(self, config: str) -> str:
        """Id of the plug-in that a configuration is exported as; one that does not ship takes the family's id."""
        return self.shipped.get(config, self.id)
