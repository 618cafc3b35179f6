"""The catalogue: every model of every vendor that we know, as data with a source and a date."""
