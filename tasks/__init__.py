"""One stage each: a Prefect task around one core call."""
