"""The Python side of the bridge. It knows no class of the printer; those are in the package `klippy`."""
