"""What is kept: the database (the only SQLAlchemy) and the files of a data directory."""
