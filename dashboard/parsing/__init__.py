"""Hardened parsing: documents that cannot be trusted, units and points in time. It knows nothing of records."""
