"""The data folder, the database and the files."""
