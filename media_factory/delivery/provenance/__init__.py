"""Provenance: what a delivered file says of its own making, signed, and how to ask it."""
