"""The history: SQLite through apsw."""
