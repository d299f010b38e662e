"""Ablations of SAPHN-NU on a small machine (its Tables IV and V)."""
