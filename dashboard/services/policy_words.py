"""A policy in words: what each gate asks, what passes, and what each answer costs of the ten points."""

import re
from dataclasses import dataclass
from fractions import Fraction

from dashboard.errors import NotFoundError
from dashboard.gates import all_gates
from dashboard.model.figures import decimal_text
from dashboard.model.policy import Policy, Rule, Trigger
from dashboard.policy.durations import duration_text

#: Parts of a gate's documentation, in order.
PARTS = ("Asks", "Passes", "Unknown", "Remedy")


@dataclass(frozen=True, slots=True)
class GateWords:
    """One gate as a policy asks it."""

    gate: str
    title: str
    asks: str
    passes: str
    unknown: str
    remedy: str
    rule: Rule
    weight: int
    share: Fraction
    """Points of ten that hang on it: lost when it does not pass, half of them when it warns."""

    @property
    def required(self) -> str:
        """Give thresholds, with what they mean where there is a warning."""
        return self.rule.required

    @property
    def weight_text(self) -> str:
        """Say tier, weight, and whether it blocks."""
        key = "key: anything but a pass or a warning is a NO-GO" if self.rule.key else "not key"
        return f"{self.rule.tier}, weight {self.weight}; {key}"

    @property
    def cost_text(self) -> str:
        """Say what a failure and a warning cost of ten."""
        if not self.weight:
            return "it weighs nothing: it costs no point of the score"
        warn = "" if self.rule.passes and not self.rule.warns else f", a warning {decimal_text(self.share / 2, 2)}"
        return (
            f"a failure costs {decimal_text(self.share, 2)} of 10{warn}; missing, stale or invalid costs as a failure"
        )

    @property
    def freshness_text(self) -> str:
        """Say how old evidence may be."""
        age = self.rule.max_age
        return f"at most {duration_text(age)} old" if age else "any age"

    def as_dict(self) -> dict[str, object]:
        """Give it as ``--json`` prints it."""
        return {
            "gate": self.gate,
            "title": self.title,
            "asks": self.asks,
            "passes": self.passes,
            "unknown": self.unknown,
            "remedy": self.remedy,
            "required": self.required,
            "pass": self.rule.passes.text if self.rule.passes else None,
            "warn": self.rule.warns.text if self.rule.warns else None,
            "tier": str(self.rule.tier),
            "weight": self.weight,
            "key": self.rule.key,
            "max_age": duration_text(self.rule.max_age) if self.rule.max_age else None,
            "options": {name: value for name, value in self.rule.options.items() if name != "required"},
            "costs_of_10": {"fail": decimal_text(self.share, 2), "warn": decimal_text(self.share / 2, 2)},
        }


def explained(policy: Policy) -> tuple[GateWords, ...]:
    """Explain every gate, in the order of the policy."""
    known = all_gates()
    whole = sum(policy.weights[rule.tier] for rule in policy.rules.values())
    found = []
    for rule in policy.rules.values():
        gate = known[rule.gate]
        weight = policy.weights[rule.tier]
        said = dict(sections(gate.doc))
        share = Fraction(10 * weight, whole) if whole else Fraction(0)
        asks, passes, unknown, remedy = (said.get(part, "") for part in PARTS)
        found.append(GateWords(gate.id, gate.title, asks, passes, unknown, remedy, rule, weight, share))
    return tuple(found)


def explained_gate(policy: Policy, gate: str) -> GateWords:
    """Explain one gate.

    Raises:
        NotFoundError: slug ``gate-not-asked`` or ``gate-unknown``.
    """
    found = next((words for words in explained(policy) if words.gate == gate), None)
    if found is not None:
        return found
    if gate in all_gates():
        msg = f"The policy {policy.name} does not ask {gate}."
        raise NotFoundError(msg, slug="gate-not-asked", hint="List it as a [[gate]] of the policy to switch it on.")
    msg = f"There is no gate {gate!r}."
    raise NotFoundError(msg, slug="gate-unknown", hint=f"Gates are {', '.join(all_gates())}.")


def not_asked(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Give id and title of the gates that the policy leaves out."""
    return tuple((gate.id, gate.title) for gate in all_gates().values() if gate.id not in policy.rules)


def sections(doc: str) -> tuple[tuple[str, str], ...]:
    """Take a gate's documentation apart into Asks, Passes, Unknown and Remedy."""
    found = []
    for block in re.split(r"\n\s*\n", doc.strip()):
        head, colon, text = block.partition(":")
        if colon and head in PARTS:
            said = " ".join(text.split())
            found.append((head, said[:1].upper() + said[1:]))
    return tuple(found)


def trigger_text(trigger: Trigger) -> str:
    """Say a trigger in one sentence."""
    lasts = {
        "aggregate": f"over {duration_text(trigger.lasting)} taken together",
        "sustained": f"in every sample of {duration_text(trigger.lasting)}",
        "consecutive": "in a row",
    }[trigger.mode]
    needs = f", at least {trigger.min_samples:,} samples" if trigger.min_samples > 1 else ""
    return (
        f"{trigger.metric} {trigger.bound} {lasts}{needs}, looked at every {duration_text(trigger.interval)}: "
        f"{trigger.action}; no data: {trigger.on_no_data}"
    )
