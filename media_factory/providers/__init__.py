"""Vendors and engines, one file each; the contracts are in `base`."""
