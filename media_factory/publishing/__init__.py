"""Readable keys under which finished media can be opened, and the places that keep them."""
