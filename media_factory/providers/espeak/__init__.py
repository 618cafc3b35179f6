"""eSpeak NG: speech with exact word times, by a child process; `provider` is the way in."""
