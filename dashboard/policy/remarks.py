"""What a legal policy probably does not mean: remarks beside it, never a refusal."""

from dashboard.model.policy import Policy

#: Gates that judge a category of tests, and its name.
_OF_CATEGORIES = {
    "tests.security": "security",
    "tests.error_handling": "error_handling",
    "observability": "observability",
}


def remarks(policy: Policy) -> tuple[str, ...]:
    """List them, in the order of the file; empty where all seems meant."""
    found = []
    if not policy.rules:
        found.append("The policy asks no gate: it judges everything NO-GO.")
    for gate, category in _OF_CATEGORIES.items():
        if gate in policy.rules and category not in policy.categories:
            found.append(f"`{gate}` judges the category `{category}`, which [categories] does not name.")
    if "coverage.component" in policy.rules and not any(c.floor_pct is not None for c in policy.components):
        found.append("`coverage.component` judges components with a floor, and no [[component]] has one.")
    if "flags.valid" in policy.rules and not policy.flag_expectations:
        found.append("`flags.valid` judges what [flags] expects, which is nothing.")
    weightless = [rule.gate for rule in policy.rules.values() if not policy.weights[rule.tier]]
    if weightless:
        found.append(f"Gates of a tier that weighs 0 cost no point of the score: {', '.join(weightless)}.")
    if "soak.complete" in policy.rules and not policy.soak:
        found.append("`soak.complete` judges what [soak] demands, which is nothing.")
    return tuple(found)
