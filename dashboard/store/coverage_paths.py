"""One path for one source file: how the reports of a candidate name it, and which of those names are the same.

Reports of one candidate name a file by its absolute path on a build machine, below a source folder they declare, by
package or module, with a bundler's prefix, or from the root of the repository. A name is mapped only on evidence: a
folder the report declares, then a path another report uses, then a pattern of the policy's components. A name that fits
two files is ambiguous and kept apart from both; one that nothing knows is unmapped and kept as it is.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import normpath

from dashboard.store.categories import path_pattern

_BUNDLER = re.compile(r"[a-z][a-z0-9+-]*://(?:/|[^/]*/(?:\./)?)", re.IGNORECASE)
_BUNDLER_HASH = re.compile(r"\?[0-9a-f]{4,}$")
_DRIVE = re.compile(r"[A-Za-z]:/")

TWO_FILES = "fits two files"
SAME_FILE = "two paths of its report fit one file"
UNKNOWN = "no component and no other report knows it"


@dataclass(frozen=True, slots=True)
class Report:
    """The paths of one report."""

    name: str
    paths: Sequence[str]
    roots: tuple[str, ...] = ()
    """Source folders it declares, below which its relative paths stand."""
    modular: bool = False
    """Its paths begin with the name of a module that is no folder (Go)."""
    packages: bool = False
    """Its paths are packages and need not say where in the repository they are (JaCoCo)."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A path that could not be mapped."""

    path: str
    report: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the paths of all reports are."""

    names: tuple[Mapping[str, str], ...]
    """By report: path as it stands -> path of the candidate."""
    unmapped: tuple[Doubt, ...]
    ambiguous: tuple[Doubt, ...]


def cleaned(path: str) -> str:
    """Write a path with forward slashes and without ``./``, ``..`` within, and a bundler's prefix.

    An absolute path stays one: it keeps its leading ``/`` or its drive.
    """
    path = path.strip().replace("\\", "/")
    if path.startswith("file://"):
        path = path.removeprefix("file://")
    elif "://" in path and (prefix := _BUNDLER.match(path)):
        path = _BUNDLER_HASH.sub("", path[prefix.end() :])
    if "//" in path or "./" in path or path.endswith("/."):
        path = normpath(path)
        path = f"/{path.lstrip('/')}" if path.startswith("/") else path
    return path


def is_absolute(path: str) -> bool:
    """Say whether a cleaned path begins at the root of a machine."""
    return path.startswith("/") or _DRIVE.match(path) is not None


def mapped(reports: Sequence[Report], patterns: Iterable[str] = ()) -> Mapped:
    """Give one path to each path of each report; ``patterns`` are those of the policy's components.

    The answer does not depend on the order of the paths in a report.
    """
    return _Atlas(reports, tuple(patterns)).mapped()


class _Atlas:
    """All paths, indexed by their ends."""

    def __init__(self, reports: Sequence[Report], patterns: tuple[str, ...]) -> None:
        self._reports = reports
        self._clean = [{path: cleaned(path) for path in report.paths} for report in reports]
        rooted = [pattern for pattern in patterns if pattern[:1] not in ("*", "?", "")]
        self._rooted = path_pattern(rooted).fullmatch if rooted else None
        self._fits = path_pattern(patterns).fullmatch
        self._alone = len(reports) == 1
        self._comparable = bool(patterns) or not self._alone
        # Only paths that do not depend on a machine or a module are something to map others to.
        self._users: defaultdict[str, set[int]] = defaultdict(set)
        for number, (report, clean) in enumerate(zip(reports, self._clean, strict=True)):
            for path in clean.values():
                if path and not report.modular and not is_absolute(path):
                    self._users[path].add(number)
        self._longer: defaultdict[str, list[str]] = defaultdict(list)
        for path in () if self._alone else self._users:
            for end in _ends(path):
                self._longer[end].append(path)

    def mapped(self) -> Mapped:
        """Decide every path of every report."""
        found = [self._report(number, report) for number, report in enumerate(self._reports)]
        shared = Counter(target for one in found for target in {target for target, _ in one.values()})
        unmapped: list[Doubt] = []
        ambiguous: list[tuple[int, Doubt]] = []
        for number, (report, one) in enumerate(zip(self._reports, found, strict=True)):
            # Where others were mapped to some of a report's paths, all of them begin at the same root.
            unknown = [target for target, why in one.values() if why == UNKNOWN]
            is_root = any(shared[target] > 1 and not is_absolute(target) for target in unknown)
            for path, (target, why) in sorted(one.items()):
                if why == UNKNOWN:
                    if shared[target] == 1 and (is_absolute(target) or not is_root):
                        unmapped.append(Doubt(path, report.name, why))
                elif why:
                    ambiguous.append((number, Doubt(path, report.name, why)))
        names = [{path: target for path, (target, _) in one.items()} for one in found]
        _keep_apart(names, ambiguous)
        return Mapped(tuple(names), tuple(unmapped), tuple(doubt for _, doubt in ambiguous))

    def _report(self, number: int, report: Report) -> dict[str, tuple[str, str]]:
        """Map the paths of one report: path as it stands -> (path of the candidate, reason to doubt it)."""
        clean = self._clean[number]
        found = {path: self._by_evidence(number, report, path) for path in set(clean.values())}
        at_root = any(targets == {path} for path, targets in found.items())
        if not (at_root or report.roots):
            found = {path: targets or self._longer_than(number, path) for path, targets in found.items()}
        self._forget_bare_names(report, found)
        folders = set() if report.packages else _folders(report, found)
        decided = {}
        for path, targets in found.items():
            below = _below(folders, _forms(report, path)) if not targets and not at_root else set()
            decided[path] = self._decision(report, path, targets or below, at_root=at_root)
        _refuse_two_in_one(decided)
        return {path: decided[short] for path, short in clean.items()}

    def _forget_bare_names(self, report: Report, found: dict[str, set[str]]) -> None:
        """Leave out what rests on the name of one file alone: ``utils.py`` is in many folders.

        Where two files of the report come to stand in the same folder, their names together are evidence.
        """
        folders = Counter(folder for path, targets in found.items() for folder in _moves(report, path, targets))
        for path, targets in found.items():
            moves = _moves(report, path, targets)
            if not moves or self._is_rooted(next(iter(targets))):
                continue
            (target,) = targets
            common = path if target.endswith(f"/{path}") and not report.roots else target
            if "/" not in common and max(folders[move] for move in moves) < 2:
                found[path] = set()

    def _by_evidence(self, number: int, report: Report, path: str) -> set[str]:
        """Give what a path is by a declared folder, by the paths of others, or by a component; several are a doubt."""
        if not report.modular and not is_absolute(path) and self._is_rooted(path):
            return {path}
        # A plain path is only ever shortened to what a component knows: the longer of two is nearer to the root.
        plain = not (report.modular or report.roots or is_absolute(path))
        forms = _forms(report, path)
        by_others = set()
        for form in forms:
            ends = (end for end in _candidates(form, path) if self._is_used(end, number, rooted=plain))
            by_others |= {end for end in (next(ends, None),) if end is not None}
        if len(by_others) > 1:
            by_others.discard(path)  # what the report says already; below a folder it declares stands more
        if by_others:
            return by_others
        if not plain and self._fits(path) is None:
            by_component = {end for form in forms for end in _candidates(form, path) if self._is_rooted(end)}
            if by_component:
                return by_component
        exact = plain and not report.packages and len(self._users.get(path, ())) > 1
        return {path} if exact and not self._longer_than(number, path) else set()

    def _decision(self, report: Report, path: str, targets: set[str], *, at_root: bool) -> tuple[str, str]:
        if len(targets) == 1:
            return next(iter(targets)), ""
        if targets:
            return path, TWO_FILES
        known = len(self._users.get(path, ())) > 1 or self._fits(path) is not None
        if is_absolute(path):
            return path, "" if known else UNKNOWN
        placed = not (report.modular or report.packages) and (at_root or (self._alone and not report.roots))
        return path, "" if known or placed or not self._comparable else UNKNOWN

    def _is_used(self, path: str, number: int, *, rooted: bool) -> bool:
        users = self._users.get(path)
        if users is None or users == {number}:
            return False
        return not rooted or self._is_rooted(path)

    def _is_rooted(self, path: str) -> bool:
        return self._rooted is not None and self._rooted(path) is not None

    def _longer_than(self, number: int, path: str) -> set[str]:
        """Give the paths that end with this one, of reports that do not name this one too."""
        own = self._users.get(path, set())
        longer = self._longer.get(path, ())
        return {one for one in longer if number not in self._users[one] and self._users[one] - own}


def _ends(path: str) -> Iterator[str]:
    """Give the ends of a path by whole folders, the longest first, the path itself left out."""
    at = path.find("/")
    while at >= 0:
        if at + 1 < len(path):
            yield path[at + 1 :]
        at = path.find("/", at + 1)


def _candidates(form: str, path: str) -> Iterator[str]:
    if form != path and not is_absolute(form):
        yield form
    yield from _ends(form)


def _forms(report: Report, path: str) -> list[str]:
    """Give a path as it stands, or below each folder that its report declares."""
    if is_absolute(path) or not report.roots:
        return [path]
    roots = (cleaned(root).rstrip("/") for root in report.roots)
    return [path if root in ("", ".") else f"{root}/{path}" for root in roots]


def _folders(report: Report, found: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """Give what was taken from, and put before, the paths that were mapped: (folder taken, folder put)."""
    return {move for path, targets in found.items() for move in _moves(report, path, targets)}


def _moves(report: Report, path: str, targets: set[str]) -> set[tuple[str, str]]:
    if len(targets) != 1:
        return set()
    (target,) = targets
    taken = {(form[: -len(target)], "") for form in _forms(report, path) if form.endswith(f"/{target}")}
    put = {("", target[: -len(path)])} if not report.roots and target.endswith(f"/{path}") else set()
    return taken | put


def _below(folders: set[tuple[str, str]], forms: Sequence[str]) -> set[str]:
    """Give what a path is by the folder of the others in its report; nothing where they stand in several."""
    found = {
        put + form[len(taken) :]
        for form in forms
        for taken, put in folders
        if form.startswith(taken) and not (put and is_absolute(form))
    }
    return found if len(found) == 1 else set()


def _refuse_two_in_one(decided: dict[str, tuple[str, str]]) -> None:
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for path, (target, _) in decided.items():
        sources[target].append(path)
    for target, paths in sources.items():
        for path in paths if len(paths) > 1 else ():
            if path != target:
                decided[path] = (path, SAME_FILE)


def _keep_apart(names: Sequence[dict[str, str]], ambiguous: Iterable[tuple[int, Doubt]]) -> None:
    """Name an ambiguous path after its report, where a file of another report has that path."""
    doubted = list(ambiguous)
    users: Counter[str] = Counter(target for found in names for target in set(found.values())) if doubted else Counter()
    for number, doubt in doubted:
        if users[target := names[number][doubt.path]] > 1:
            names[number][doubt.path] = f"{target} ({doubt.report})"
