"""Draws the sample photo."""
