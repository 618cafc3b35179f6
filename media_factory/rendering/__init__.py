"""Frames to segments to film, sound, and the one door to ffmpeg."""
