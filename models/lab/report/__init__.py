"""Document about all networks, from their manifests and from measurements."""
