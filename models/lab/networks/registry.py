"""The five networks by their ids: the one table that training, measuring and export read."""

from __future__ import annotations

from typing import Any

from . import adn, banet, radn, saphn, saphn_nu
from .family import Family
from .network import Network, NetworkConfig

FAMILIES: dict[str, Family] = {package.FAMILY.id: package.FAMILY for package in (saphn_nu, saphn, radn, adn, banet)}


def family_of(config: NetworkConfig) -> Family:
    return FAMILIES[config.family]


def build(config: NetworkConfig) -> Network:
    """An untrained network of this configuration."""
    return family_of(config).network(config)


def config_from_dict(data: dict[str, Any]) -> NetworkConfig:
    """The inverse of `to_dict`. Checkpoints and plug-ins from before there were five networks name none: SAPHN-NU."""
    return FAMILIES[data.get("family", "saphn-nu")].config.from_dict(data)
