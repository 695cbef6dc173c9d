"""Outbound HTTP: what others publish, read with limits and trusted for nothing."""
