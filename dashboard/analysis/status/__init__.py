"""What the history of a test case says of it: five rules, and how a case recovers from them.

- **B, broken** (wins over all): the last three decided runs failed, or four of five in the window and the last one.
- **F1, flaky, proven**: an attempt failed and an attempt passed on the same commit and variant.
- **F2, flaky, suspected**: two failures or more that each lasted at most two commits, with a pass on either side.
- **N, new failure**: fails now, passed in the run before, and neither F1 nor F2 explains it.
- **I, infrastructure**: a run that failed as a whole says nothing of its cases and is left out of the others.

A skip is no run and no change. A run of a part may fail a case and never clears it. Source: the rules of Trunk
(broken before flaky, hysteresis, infrastructure guard), Buildkite, Datadog and Harness (same-commit contradiction),
Allure (new failures); counting switches or failures instead takes one fixed regression for flakiness, which
``tests/analysis/status/test_simulation.py`` shows.
"""
