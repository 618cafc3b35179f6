"""Killed processes, faulty vendors, and money."""
