"""The database: tables, one-transaction writes, and reads as frames or as evidence. SQL lives here and nowhere else."""
