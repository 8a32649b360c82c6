"""JUnit XML in all its dialects: https://github.com/testmoapp/junitxml has the nearest thing to a specification.

The file is read in up to three passes, each in bounded memory:

1. every case is given as it is read;
2. if the XML is not well-formed in a way that well-known tools are known for, the rest comes from a mended stream;
3. if an identity came more than once, those cases are looked at again and settled: attempts are folded into one
   case, and what merely shares a name is marked ambiguous. Corrections are given as ``Folded``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Folded, Kind, Record
from dashboard.parsing.xml import Feed, NotWellFormedError
from dashboard.readers import _junit_producer as producers
from dashboard.readers._head import normalise, xml_root
from dashboard.readers._junit_document import Document, Observation
from dashboard.readers._junit_suites import SUITES, Counted, Suites
from dashboard.readers._junit_times import Times
from dashboard.readers._repeats import Marks, identity, mark
from dashboard.readers._retries import BAD, Scene, fold
from dashboard.readers._sanitise import NOTES, Sanitised

_HEAD_BYTES = 65_536
#: Repeated cases held in memory, and characters of their texts, to tell retries from mere namesakes.
HELD_CASES = 50_000
HELD_CHARS = 32 * 1024 * 1024
#: From this share of identities that come equally often, the file is a merged report and not one with retries.
UNIFORM_SHARE = 0.9


class JUnitReader:
    """Reads test results."""

    format = "junit-xml"
    kind = Kind.TESTS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Claim documents whose root is ``testsuites`` or ``testsuite``, in whatever namespace."""
        return xml_root(head) in SUITES

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one ``CaseResult`` a case, then the ``Folded`` corrections."""
        return _Reading(body, ledger).records()


READER = JUnitReader()


class _Reading:
    """One file being read."""

    def __init__(self, body: BinaryIO, ledger: Ledger) -> None:
        self._body = body
        self._ledger = ledger
        head = normalise(body.read(_HEAD_BYTES))
        self._producer = ledger.producer = producers.producer(head)
        self._times = Times(body, nanoseconds=self._producer == producers.CONTAINER_STRUCTURE_TEST)
        self._marks = Marks()
        self._named: set[int] = set()
        self._given = self._claimed = 0
        self._declared: Counted | None = None
        self._held_in_all = Counted()
        self._mended = False

    def records(self) -> Iterator[Record]:
        """Give all records and fill in the ledger. Batches are chained in C: a million cases pass here."""
        return chain.from_iterable(self._batches())

    def _batches(self) -> Iterator[Iterable[Record]]:
        try:
            yield from self._pass()
        except NotWellFormedError as error:
            if error.hopeless:
                raise
            yield from self._mend(error)
        yield self._settle()

    def _mend(self, error: NotWellFormedError) -> Iterator[list[CaseResult]]:
        """Read again, mending; what was given already is passed over, since nothing before the damage changes."""
        self._mended = True
        self._ledger.note("xml-mended", f"{error} It was mended and read on.")
        try:
            yield from self._pass(skip=self._given)
        except NotWellFormedError as again:
            raise error from again

    def _pass(self, skip: int = 0) -> Iterator[list[CaseResult]]:
        """Give the cases of the file but for the first ``skip``."""
        try:
            yield from self._cases(skip, in_runs=not self._mended)
        except (LimitError, MalformedArtefactError):
            if self._mended:
                raise
            # Expat only knows the place of the damage when every byte has come to it, chunk by chunk.
            yield from self._cases(self._given)

    def _cases(self, skip: int, *, in_runs: bool = False) -> Iterator[list[CaseResult]]:
        ledger = Ledger()
        document = self._open(ledger)
        for _ in document.chunks(in_runs=in_runs):
            batch = document.hand_on()
            if skip:
                batch, skip = batch[skip:], max(0, skip - len(batch))
            self._marks.add(batch)
            self._given += len(batch)
            yield batch
        self._close(document, ledger)

    def _open(self, ledger: Ledger, *, observe: bool = False) -> Document:
        self._body.seek(0)
        suites = Suites(ledger, self._producer)
        if not self._mended:
            return Document(Feed(self._body), self._times, suites, ledger, observe=observe)
        source = Sanitised(self._body)
        feed = Feed(source, encoding="utf-8")
        return Document(feed, self._times, suites, ledger, observe=observe, source=source)

    def _close(self, document: Document, ledger: Ledger) -> None:
        """Take over what this pass learned of the file as a whole."""
        ours, suites = self._ledger, document.suites
        ours.seen = ours.kept = self._given
        ours.repaired, ours.incomplete, ours.collected_at = ledger.repaired, ledger.incomplete, ledger.collected_at
        self._claimed, self._declared, self._held_in_all = suites.claimed, suites.declared, suites.held
        ours.facts |= ledger.facts | {"suites": suites.count, "declared_tests": suites.claimed}
        for note in ledger.notes.values():
            ours.note(note.slug, note.message, note.count)
        for slug, count in (document.source.counts if document.source else {}).items():
            if count:
                ours.note(slug, NOTES[slug], count)
        if suites.roots > 1:
            ours.note(
                "several-reports", "the file holds several reports one after the other; all were read", suites.roots
            )
        if self._producer in producers.SKIPS_UNSAID and self._given:
            ours.note("skips-unsaid", "this tool writes a test that was skipped as one that passed")
        if not self._given:
            ours.note("no-test-cases", "the report lists no test case")
            ours.incomplete = ours.incomplete or suites.claimed > 0

    def _settle(self) -> Iterator[Folded]:
        """Look again at identities that came more than once."""
        repeated = self._marks.repeated()
        if not repeated:
            return
        groups = self._held(repeated)
        if groups is None:
            self._ledger.note("repeats-not-judged", "too many cases share a name to tell retries apart; all were kept")
            yield from self._numbered(repeated)
            return
        several = [group for group in groups.values() if len(group) > 1]
        distinct = self._given - sum(len(group) - 1 for group in several)
        sizes = Counter(len(group) for group in several)
        scene = Scene(
            producer=self._producer,
            uniform=max(sizes.values(), default=0) >= UNIFORM_SHARE * distinct,
            declares_distinct=0 < self._claimed < self._given,
            declares_folded=self._declared is not None and self._declared[:2] == self._folded(several),
        )
        for group in several:
            for correction in fold(group, scene, self._free_name):
                self._account(correction)
                yield correction

    def _folded(self, groups: list[list[Observation]]) -> tuple[int, int]:
        """Count cases and failures as Ginkgo 1 would: an identity once, as it ended, and only what ran."""
        count = self._held_in_all
        bad = [[item.record.outcome in BAD for item in group] for group in groups]
        return (
            count.cases - count.skipped - sum(len(group) - 1 for group in groups),
            count.bad - sum(map(sum, bad)) + sum(ends[-1] for ends in bad),
        )

    def _observations(self, repeated: set[int]) -> Iterator[Observation]:
        document = self._open(Ledger(), observe=True)
        for _ in document.chunks():
            document.hand_on()
            yield from (item for item in document.observations if mark(item.record) in repeated)
            document.observations.clear()

    def _held(self, repeated: set[int]) -> dict[tuple[str, str, str], list[Observation]] | None:
        """Collect the observations by identity; ``None`` when they are too many to hold."""
        if self._marks.cases_repeated > HELD_CASES:
            return None
        groups: dict[tuple[str, str, str], list[Observation]] = defaultdict(list)
        chars = 0
        for item in self._observations(repeated):
            chars += len(item.record.failure.text or "") if item.record.failure else 0
            if chars > HELD_CHARS:
                return None
            groups[identity(item.record)].append(item)
        return groups

    def _numbered(self, repeated: set[int]) -> Iterator[Folded]:
        """Keep every repetition as a case of its own, without holding any."""
        count: Counter[int] = Counter()
        for item in self._observations(repeated):
            key = mark(item.record)
            count[key] += 1
            name = item.record.name if count[key] == 1 else self._free_name(item.record, str(count[key]), numbered=True)
            correction = Folded((item.record,), item.record._replace(name=name, ambiguous=True))
            self._account(correction)
            yield correction

    def _free_name(self, record: CaseResult, suffix: str, *, numbered: bool = False) -> str:
        """Give a name for a namesake that no case of the file has.

        Where all are ``numbered``, what was given need not be remembered, which may be a million names: two of them
        are the same only when both the name before it and the number are.
        """
        name = f"{record.name} ({suffix})"
        while self._marks.has(renamed := record._replace(name=name)) or mark(renamed) in self._named:
            name += " again"
        if not numbered:
            self._named.add(mark(renamed))
        return name

    def _account(self, correction: Folded) -> None:
        ledger, more = self._ledger, len(correction.replaces) - 1
        ledger.kept -= more
        ledger.folded += more
        if more:
            ledger.note("attempts-folded", "cases were run more than once; every attempt is kept")
        elif correction.by.ambiguous:
            ledger.ambiguous += 1
            ledger.note(
                "ambiguous-identity",
                "cases share suite, class and name and cannot be told to be retries: each is kept and numbered",
            )
        else:
            ledger.note("teardown-error", "a case failed and its teardown went wrong as well; both are kept")
