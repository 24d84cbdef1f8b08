"""Segops Pipeline: product catalogues from files to a trusted, searchable catalogue."""

__version__ = "0.1.0"
