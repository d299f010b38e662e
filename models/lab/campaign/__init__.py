"""Training campaign: chooses a network, trains it, scores it, and replaces its plug-in.

Every step can be interrupted and resumed.
"""
