"""A store in a bucket. Import from its modules: boto3 takes a third of a second to load."""
