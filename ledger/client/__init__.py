"""Outbound HTTP: what others publish, and witnesses; read with limits, trusted for nothing."""
