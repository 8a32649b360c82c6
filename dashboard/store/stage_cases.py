"""Stages test cases: the hot loop of an ingest, and the settling of repeated identities."""

import zlib
from array import array
from hashlib import blake2b

from dashboard.model.records import CaseResult, Failure, Folded, Outcome
from dashboard.store.labels import LabelStage
from dashboard.store.moments import to_us
from dashboard.store.outcomes import CODES
from dashboard.store.staging import Staging
from dashboard.store.text import LONGEST, clean, identity, shortened_or_none

_SEEN_LIMIT = 50_000
_BUCKETS = 64
_USUAL_S = 1e9
_LONGEST_MESSAGE = 16_384
_LARGEST_LINE = 2**31 - 1
_BATCH = 2000


def key_digest(*parts: str) -> bytes:
    """Give the digest by which a case is known: of suite, class and name, and of its file where that tells apart."""
    return blake2b("\x00".join(parts).encode(), digest_size=16).digest()


class CaseStage:
    """Takes the test cases of one report."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._rows = staging.batch("stage_case")
        self._labels = LabelStage(staging)
        self._seq = 0
        self._corrected = 0
        self._forgotten = 0
        self._seen: set[bytes] = set()
        # A hash of each identity in 8 bytes: a million must not take a set's hundred megabytes.
        self._marks = [array("q") for _ in range(_BUCKETS)]

    def add(self, case: CaseResult) -> None:
        """Stage one case."""
        suite, classname, name, file, line, outcome, duration_s, failure, attempts, ambiguous, properties = case
        try:
            key = f"{suite}\x00{classname}\x00{name}".encode()
        except UnicodeEncodeError:
            key = b""
        if len(key) > LONGEST or key.count(0) != 2:
            suite, classname, name = identity(suite), identity(classname), identity(name)
            key = f"{suite}\x00{classname}\x00{name}".encode()
        if file is not None and (not file.isascii() or len(file) > LONGEST or "\x00" in file):
            file = identity(file)
        if line is not None and not 0 <= line <= _LARGEST_LINE:
            line = None
        # `to_us`, for the durations that are usual: this is run a million times
        usual = duration_s is not None and 0 <= duration_s < _USUAL_S
        digest = blake2b(key, digest_size=16).digest()
        mark = hash(digest)
        self._marks[mark % _BUCKETS].append(mark)
        self._seq = seq = self._seq + 1
        self._rows.append(
            (
                seq,
                self._corrected,
                digest,
                suite,
                classname,
                name,
                file,
                line,
                0 if outcome is Outcome.PASSED else CODES[outcome],
                round(duration_s * 1e6) if usual else to_us(duration_s),  # type: ignore[operator]
                None if failure is None else self._failure(failure),
                1 if ambiguous else 0,
            )
        )
        if properties:
            self._labels.add(seq, properties)
        if attempts:
            self._attempts(case)
        if len(self._rows) >= _BATCH:
            self._staging.flush("stage_case")

    def _attempts(self, case: CaseResult) -> None:
        for number, attempt in enumerate(case.attempts, start=1):
            why = None if attempt.failure is None else self._failure(attempt.failure)
            self._staging.add(
                "stage_attempt", (self._seq, number, CODES[attempt.outcome], to_us(attempt.duration_s), why)
            )

    def fold(self, folded: Folded) -> None:
        """Forget what the record replaces, and stage what it says instead."""
        for case in folded.replaces:
            digest = key_digest(identity(case.suite), identity(case.classname), identity(case.name))
            why = None if case.failure is None else self._failure(case.failure)
            self._staging.add("stage_forgotten", (digest, CODES[case.outcome], to_us(case.duration_s), why))
            self._forgotten += 1
        self._corrected = 1
        self.add(folded.by)
        self._corrected = 0

    def _failure(self, failure: Failure) -> bytes:
        kind, message, text, size = failure
        whole = f"{kind!r}\x00{message!r}\x00{size}\x00{text}".encode("utf-8", "surrogatepass")
        digest = blake2b(whole, digest_size=16).digest()
        if digest not in self._seen:
            if len(self._seen) >= _SEEN_LIMIT:
                self._seen.clear()
            self._seen.add(digest)
            if self._staging.has_failure(digest):
                return digest
            body = None if text is None else zlib.compress(clean(text).encode())
            message = shortened_or_none(message, _LONGEST_MESSAGE)
            self._staging.add("stage_failure", (digest, shortened_or_none(kind, 512), message, size, body))
        return digest

    def settle(self) -> None:
        """Apply corrections and bring repeated identities together, all before anything is locked.

        Repetitions that lie in different files are different cases: their file becomes part of their identity.
        Of the rest the worst observation stays and the case is marked ambiguous.
        """
        self._staging.flush_all()
        if self._forgotten:
            self._forget()
        elif all(len(set(bucket)) == len(bucket) for bucket in self._marks):
            return  # nothing is repeated, and the database need not look
        if self._repeated():
            self._tell_apart_by_file()
        if self._repeated():
            self._keep_the_worst()

    def _repeated(self) -> bool:
        total, distinct = self._staging.execute("SELECT count(*), count(DISTINCT digest) FROM stage_case").fetchone()
        return bool(total != distinct)

    def _forget(self) -> None:
        """Take out one original observation for each that was replaced; equal ones are interchangeable."""
        execute = self._staging.execute
        alike = "digest, outcome, duration_us, failure"
        execute("CREATE INDEX stage_forgotten_digest ON stage_forgotten (digest)")
        found = execute(
            f"DELETE FROM stage_case WHERE seq IN (SELECT s.seq FROM (SELECT seq, {alike}, row_number() OVER "
            f"(PARTITION BY {alike} ORDER BY seq) AS place FROM stage_case WHERE corrected = 0 AND digest IN "
            f"(SELECT digest FROM stage_forgotten)) s JOIN (SELECT {alike}, count(*) AS times FROM stage_forgotten "
            f"GROUP BY {alike}) f ON f.digest = s.digest AND f.outcome = s.outcome AND {_same('duration_us')} "
            f"AND {_same('failure')} WHERE s.place <= f.times)"
        ).rowcount
        if found != self._forgotten:
            msg = f"a reader replaced {self._forgotten} cases, of which it had given {found}"
            raise RuntimeError(msg)
        execute("DELETE FROM stage_attempt WHERE seq NOT IN (SELECT seq FROM stage_case)")

    def _tell_apart_by_file(self) -> None:
        rows = self._staging.execute(
            "SELECT seq, suite, classname, name, file FROM stage_case WHERE file IS NOT NULL AND digest IN "
            "(SELECT digest FROM stage_case GROUP BY digest HAVING count(*) > 1 AND count(DISTINCT file) > 1)"
        ).fetchall()
        self._staging.executemany(
            "UPDATE stage_case SET digest = ? WHERE seq = ?",
            [(key_digest(suite, classname, name, file), seq) for seq, suite, classname, name, file in rows],
        )

    def _keep_the_worst(self) -> None:
        execute = self._staging.execute
        repeated = "(SELECT digest FROM stage_case GROUP BY digest HAVING count(*) > 1)"
        execute(f"UPDATE stage_case SET ambiguous = 1 WHERE digest IN {repeated}")
        execute(
            "DELETE FROM stage_case WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() OVER "
            "(PARTITION BY digest ORDER BY outcome DESC, seq) AS place FROM stage_case "
            f"WHERE digest IN {repeated}) ranked WHERE place > 1)"
        )
        execute("DELETE FROM stage_attempt WHERE seq NOT IN (SELECT seq FROM stage_case)")


def _same(column: str) -> str:
    return f"(f.{column} = s.{column} OR (f.{column} IS NULL AND s.{column} IS NULL))"
