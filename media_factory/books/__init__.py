"""The books: receipts of what was made, and leases on what is being made."""
