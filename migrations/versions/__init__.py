"""One idea a migration, with a docstring saying why."""
