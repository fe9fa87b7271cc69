"""Modules of the plugins directory."""
