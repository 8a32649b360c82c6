"""``python -m dashboard`` is the same as the ``countersign`` command."""

from dashboard.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
