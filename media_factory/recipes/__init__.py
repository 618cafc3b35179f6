"""Briefs worked out, one product per file: who makes what, and what each of them is asked."""
