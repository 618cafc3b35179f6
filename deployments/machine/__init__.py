"""One machine: everything that makes media here, started, watched, shown and ended as a whole."""
