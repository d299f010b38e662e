"""Networks as data and modules: five families, their building blocks, and their registry."""
