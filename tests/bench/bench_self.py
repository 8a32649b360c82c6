"""The product's own benchmark file for its own readiness: pytest tests/bench/bench_self.py --benchmark-json=FILE."""

import io
import itertools

import pytest

from dashboard.model.ledger import Ledger
from dashboard.policy.load import default_text, parse
from dashboard.readers import choose
from dashboard.readers._tally import Tally
from dashboard.services.demo import prepare
from dashboard.services.evaluate import evaluate


@pytest.fixture(scope="module")
def report():
    cases = "".join(
        f'<testcase classname="shop.test_{n % 97}" name="test_{n}" time="0.0{n % 10}"/>'
        if n % 50
        else f'<testcase classname="shop.test_{n % 97}" name="test_{n}"><failure message="{n}"/></testcase>'
        for n in range(10_000)
    )
    return f'<testsuites><testsuite name="pytest" tests="10000">{cases}</testsuite></testsuites>'.encode()


def test_read_ten_thousand_cases(benchmark, report):
    def read():
        tally = Tally()
        for record in choose(report[:4096]).read(io.BytesIO(report), Ledger()):
            tally.add(record)
        return tally

    assert benchmark(read).counts(choose(report[:4096]).kind, {})["cases"] == 10_000


def test_parse_the_default_policy(benchmark):
    assert len(benchmark(parse, default_text()).rules) == 18


def test_evaluate_the_demo_candidate(benchmark, tmp_path):
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    context = open_context(read_settings({"HOME": str(tmp_path)}, database_url=f"sqlite:///{tmp_path / 'demo.db'}"))
    prepare(context)
    counter = itertools.count()
    result = benchmark(lambda: (next(counter), evaluate(context, "genesis-rebuild"))[1])
    assert str(result.readiness.decision) == "CONDITIONAL GO"
