"""Outbound HTTP: the typed client of a ledger, and witnesses."""
