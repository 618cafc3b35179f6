"""Bytes by digest: write once, checked on every read."""
