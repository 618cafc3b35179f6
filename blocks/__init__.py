"""Saved settings and secrets (Prefect blocks), opened as ready core objects."""
