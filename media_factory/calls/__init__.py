"""Calls to providers: who can, who should, and one call made right."""
