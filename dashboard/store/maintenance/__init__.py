"""Looking after a database: what is in it, whether it is whole, copies of it, and what may leave it."""

from dashboard.store.maintenance.copying import backup
from dashboard.store.maintenance.figures import Info, info
from dashboard.store.maintenance.soundness import check

__all__ = ["Info", "backup", "check", "info"]
