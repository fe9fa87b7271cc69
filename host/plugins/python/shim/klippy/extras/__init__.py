"""Modules of the host that plugins import."""
