"""The printer host as a plugin imports it. Declarations only: the host itself runs in another process."""
