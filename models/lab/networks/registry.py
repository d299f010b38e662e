"""Tables of all families and of all plug-ins that ship."""

from __future__ import annotations

from typing import Any

from . import adn, banet, radn, saphn, saphn_nu
from .family import Family
from .network import Network, NetworkConfig

FAMILIES: dict[str, Family] = {
    package.FAMILY.id: package.FAMILY for package in (saphn_nu, saphn, radn, adn, banet)
}

# (family, configuration) by plug-in id, in the order of the documents.
PLUGINS: dict[str, tuple[Family, NetworkConfig]] = {
    plugin: (family, family.configs[name])
    for family in FAMILIES.values()
    for name, plugin in family.shipped.items()
}


def family_of(config: NetworkConfig) -> Family:
    """Returns the family that a configuration belongs to."""
    return FAMILIES[config.family]


def plugin_id(config: NetworkConfig) -> str:
    """Returns the id of the plug-in that a configuration is exported as."""
    return family_of(config).plugin_id(config.name)


def build(config: NetworkConfig) -> Network:
    """Returns an untrained network."""
    return family_of(config).network(config)


def config_from_dict(data: dict[str, Any]) -> NetworkConfig:
    """Inverts `NetworkConfig.to_dict`.

    Data without a family belongs to SAPHN-NU: it was written when that was the only network.
    """
    return FAMILIES[data.get("family", "saphn-nu")].config.from_dict(data)
