"""Outbound HTTP: other ledgers and witnesses. Empty in this version, which calls nobody."""
