"""Alembic's entry point: runs on the connection that ``ledger.store.database`` hands over."""

from alembic import context

from ledger.store import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables.truth)
with context.begin_transaction():
    context.run_migrations()
