"""Finding cases by a part of their name: the same answer with an index and without."""

import pytest
from store_maker import case, put

from dashboard.store import frames, search, search_index
from dashboard.store.frames import finding
from dashboard.store.transaction import reading, run, scalar, writing

NAMES = [
    "test_login[ok]",
    "test_LOGIN[bad]",
    "100% sure",
    "under_score",
    "under-score",
    'says "hello"',
    "it's",
    "back\\slash",
    "Straße über Ärger",
    "日本語のテスト",
    "ΣΊΣΥΦΟΣ",
    "nul\x00name",
    "ab",
    "qq",
    "AND OR NOT NEAR(x) col:y ^z*",
]


@pytest.fixture(params=["scan", "index"])
def searched(request, store, monkeypatch):
    """A store with the names, searched in either way; on PostgreSQL by what the server has."""
    if request.param == "index":
        monkeypatch.setattr(search_index, "LIKE_UP_TO", 3)
    monkeypatch.setattr(search, "SHORT_AMONG", 1000)
    put(store, [case(name) for name in NAMES])
    put(store, [case("test_login[elsewhere]")], project="other")
    if store.dialect == "sqlite":
        with reading(store) as connection:
            assert search_index.way(connection) == ("fts5" if request.param == "index" else "scan")
    return store


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("login", {"test_login[ok]", "test_LOGIN[bad]"}),
        ("LOGIN[OK", {"test_login[ok]"}),
        ("%", {"100% sure"}),
        ("0% s", {"100% sure"}),
        ("under_score", {"under_score"}),
        ('"hello"', {'says "hello"'}),
        ("it's", {"it's"}),
        ("k\\s", {"back\\slash"}),
        ("straße ÜBER", {"Straße über Ärger"}),
        ("ä", {"Straße über Ärger"}),
        ("日本語", {"日本語のテスト"}),
        ("本", {"日本語のテスト"}),
        ("σίσυφ", {"ΣΊΣΥΦΟΣ"}),
        ("qq", {"qq"}),
        ("near(x)", {"AND OR NOT NEAR(x) col:y ^z*"}),
        ("col:y ^z*", {"AND OR NOT NEAR(x) col:y ^z*"}),
        ("suite > pkg.class.qq", {"qq"}),
        ("nul\x00name", set()),
        ("\ud800", set()),
        ("no such", set()),
        ("x" * 100_000, set()),
        ("ä" * 100_000, set()),
        ("", set()),
        ("'); DROP TABLE test_case;--", set()),
    ],
)
def test_a_part_of_a_name(searched, term, found):
    there = frames.find_cases(searched, "demo", term)
    assert set(there["name"]) == found
    assert frames.count_found_cases(searched, "demo", term) == (len(found), False)
    if term:
        newest = int(frames.runs(searched, "demo")["id"].iloc[0])
        assert set(frames.run_cases(searched, newest, search=term)["name"]) == found
        assert frames.count_run_cases(searched, newest, search=term) == len(found)


def test_pages_are_sorted_and_the_count_is_capped(searched, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 5)
    put(searched, [case(f"many {9 - i}") for i in range(10)], run="many", hours=1)
    assert frames.count_found_cases(searched, "demo", "many") == (5, True)
    assert frames.count_found_cases(searched, "demo", "many 4") == (1, False)
    pages = [frames.find_cases(searched, "demo", "many", limit=2, offset=at)["name"].tolist() for at in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    names = [name for page in pages for name in page]
    assert names == sorted(names)
    assert frames.find_cases(searched, "nowhere", "many").empty
    assert list(frames.find_cases(searched, "nowhere", "many")) == ["case_id", "suite", "classname", "name", "file"]


def test_the_index_follows_every_change(store, monkeypatch):
    monkeypatch.setattr(search_index, "LIKE_UP_TO", 3)
    put(store, [case(f"early {i}") for i in range(5)])
    put(store, [case("later one"), case("later two")], run="r2", hours=1)
    with writing(store) as connection:
        run(connection, "UPDATE test_case SET name = 'changed' WHERE name = 'later one'")
        run(connection, "DELETE FROM test_result WHERE case_id IN (SELECT id FROM test_case WHERE name = 'early 3')")
        run(connection, "DELETE FROM case_stat WHERE case_id IN (SELECT id FROM test_case WHERE name = 'early 3')")
        run(connection, "DELETE FROM test_case WHERE name = 'early 3'")
    wanted = {"early": 4, "later": 1, "changed": 1, "later one": 0}
    assert {term: len(frames.find_cases(store, "demo", term)) for term in wanted} == wanted
    if store.dialect == "sqlite":
        with reading(store) as connection:
            matching = "SELECT count(*) FROM case_search WHERE case_search MATCH '\"ear\"'"
            assert scalar(connection, matching) == 4


def test_a_rare_term_of_a_run_is_asked_of_the_index_and_a_common_one_is_not(store, monkeypatch):
    monkeypatch.setattr(search_index, "LIKE_UP_TO", 3)
    monkeypatch.setattr(search, "_RARE", 2)
    stored = put(store, [case(f"common {i}") for i in range(8)])
    with reading(store) as connection:
        uses = {term: "MATCH" in search.in_run(connection, term).where for term in ("common", "common 3", "co")}
    assert uses == {"common": False, "common 3": store.dialect == "sqlite", "co": False}
    assert frames.count_run_cases(store, stored.run_id, search="common") == 8
    assert frames.count_run_cases(store, stored.run_id, search="common 3") == 1
