"""Asks: how slow are the slowest five percent of requests, at the worst moment of the soak?

Passes: when the worst sample of the 95th percentile is below the threshold. Percentiles of parts cannot be averaged to
a percentile of the whole, so the worst one is judged; the median of the samples is printed beside it. The warning
bound is the value at which the rollout would roll back.

Unknown: when the metric is not among the samples, measures too little of the window, is no duration, or is too old.

Remedy: find what happened at the worst sample on the page of the operations; soak again after the change.
"""

from dashboard.gates._window import latency
from dashboard.model.protocols import Gate

GATE = Gate("ops.p95", "Latency, 95th percentile", latency, __doc__)
