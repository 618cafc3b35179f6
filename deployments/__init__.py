"""Every way that flows are put to work: the command line, a server on one machine, Prefect deployments."""
