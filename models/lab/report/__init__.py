"""One document about all networks, from the facts that their plug-ins carry."""
