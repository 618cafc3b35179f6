"""Content rules: what may be asked of a vendor at all, judged here before any paid call; `judging` is the way in."""
