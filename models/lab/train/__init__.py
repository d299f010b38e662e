"""Training: data, losses, loop, checkpoints."""
