"""Training: data, losses, training loop, checkpoints."""
