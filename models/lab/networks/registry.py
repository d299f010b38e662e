"""The five networks and the plug-ins that ship them: the tables that training, measuring and export read."""

from __future__ import annotations

from typing import Any

from . import adn, banet, radn, saphn, saphn_nu
from .family import Family
from .network import Network, NetworkConfig

FAMILIES: dict[str, Family] = {package.FAMILY.id: package.FAMILY for package in (saphn_nu, saphn, radn, adn, banet)}

# (family, configuration) by plug-in id, in the order of the documents.
PLUGINS: dict[str, tuple[Family, NetworkConfig]] = {
    plugin: (family, family.configs[name]) for family in FAMILIES.values() for name, plugin in family.shipped.items()
}


def family_of(config: NetworkConfig) -> Family:
    return FAMILIES[config.family]


def plugin_id(config: NetworkConfig) -> str:
    """Id of the plug-in that this configuration is exported as."""
    return family_of(config).plugin_id(config.name)


def build(config: NetworkConfig) -> Network:
    """An untrained network of this configuration."""
    return family_of(config).network(config)


def config_from_dict(data: dict[str, Any]) -> NetworkConfig:
    """The inverse of `to_dict`. Checkpoints and plug-ins from before there were five networks name none: SAPHN-NU."""
    return FAMILIES[data.get("family", "saphn-nu")].config.from_dict(data)
