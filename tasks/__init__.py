"""One stage each: a Prefect task around one core call.

What a body needs to make something is imported inside it: a run in which nothing is made loads no codec.
"""
