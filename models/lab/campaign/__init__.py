"""A training campaign that can always go on: which network gains most, train it, judge it, replace its plug-in."""
