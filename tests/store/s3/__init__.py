"""Tests of the store in a bucket."""
