"""Words in time: splitting, cards, cues, sidecar files."""
