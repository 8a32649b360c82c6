"""Reports: a dossier becomes bytes."""
