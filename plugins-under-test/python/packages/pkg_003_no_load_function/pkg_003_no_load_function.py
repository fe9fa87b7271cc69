"""Nothing to load."""
VALUE = 1
