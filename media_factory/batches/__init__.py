"""Batches: the rows of a manifest, in which order they are made, and what became of each."""
