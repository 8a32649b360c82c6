"""Feature flags by category: what each serves, what it needs and how it is rolled out."""

from dashboard.model.records import FlagState
from dashboard.ui.components.blocks import bar, empty, section
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag
from dashboard.ui.components.states import chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.operating import broken, flag_state, served_text
from dashboard.ui.wording import counted

_COLUMNS = (
    Column("Flag", narrow="title", width="33%"),
    Column("State", narrow="state", width="18%"),
    Column("Served", narrow="plain", width="20%"),
    Column("Needs, plan", narrow="plain", width="29%"),
)


def flag_tables(flags: tuple[FlagState, ...]) -> Markup:
    """Write them, a table a category."""
    head = section("Feature flags", f"{counted(len(flags), 'flag')}: what is served, not what is switched")
    if not flags:
        return join([head, empty("No flag file", "Bring in the flag file that is deployed with this candidate.")])
    wanting = broken(flags)
    groups: dict[str, list[FlagState]] = {}
    for flag in flags:
        groups.setdefault(flag.category or "without a category", []).append(flag)
    parts = []
    for category, own in groups.items():
        rows = [_row(flag, wanting) for flag in own]
        parts += [tag("h3", category, muted(f" {len(own)}"), class_="cs-h3 cs-break"),
                  table(_COLUMNS, rows, caption=f"Flags, {category}", css="cs-fixed cs-flow")]  # fmt: skip
    return join([head, *parts])


def _row(flag: FlagState, wanting: dict[str, str]) -> Row:
    state = flag_state(flag, wanting)
    described = tag("div", flag.description, class_="cs-m cs-small cs-break") if flag.description else ""
    plan = f"plan {' → '.join(f'{p:g}' for p in flag.plan)} %" if flag.plan else ""
    needs = f"needs {', '.join(flag.depends_on)}" if flag.depends_on else ""
    return Row(
        (
            join([tag("span", flag.key, class_="cs-break"), described]),
            chip(state),
            _served(flag, state.tone),
            tag("span", dotted([needs, plan]), class_="cs-m cs-break") if needs or plan else "",
        )
    )


def _served(flag: FlagState, tone: str) -> Markup:
    if flag.served_max_pct is None:
        return tag("span", flag.value or "not said", class_="cs-m cs-break")
    text = served_text(flag)
    drawn = tag("span", bar([(flag.served_max_pct / 100, tone)], label=text), class_="cs-barline")
    return tag("span", drawn, text, class_="cs-one")
