"""What leaves the house: manifest, story page, finished folders."""
