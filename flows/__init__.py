"""The order of stages: one product per file."""
