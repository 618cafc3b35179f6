"""The media server: assets by digest and delivered folders over HTTP, for browsers, players and the Prefect UI."""
