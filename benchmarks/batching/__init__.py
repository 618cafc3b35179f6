"""What `benchmarks.batch` compares: our batch, and one Prefect task per stage."""
