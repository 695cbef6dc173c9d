"""Alembic migrations of the truth tables; projections are rebuilt instead."""
