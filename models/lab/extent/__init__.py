"""Extent of the blur: training of the head on the features of a frozen body, and its measures."""
