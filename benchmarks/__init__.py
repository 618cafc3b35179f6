"""Speed and memory, measured against a named reference in one run. `make bench`."""
