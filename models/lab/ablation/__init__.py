"""Ablations of SAPHN-NU that a small machine can carry (its Tables IV and V)."""
