"""Asks: how slow is the slowest percent of requests, at the worst moment of the soak?

Passes: when the worst sample of the 99th percentile is below the threshold; the median of the samples is printed beside
it. The warning bound is the value at which the rollout would roll back.

Unknown: when the metric is not among the samples, measures too little of the window, is no duration, or is too old.

Remedy: find what happened at the worst sample on the page of the operations; soak again after the change.
"""

from dashboard.gates._window import latency
from dashboard.model.protocols import Gate

GATE = Gate("ops.p99", "Latency, 99th percentile", latency, __doc__)
