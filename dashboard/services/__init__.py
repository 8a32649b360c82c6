"""Use cases: the only place where the store meets readers, gates and sign-off, and where permission is checked."""
