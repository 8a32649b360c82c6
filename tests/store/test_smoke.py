def test_x(store):
    from dashboard.store.transaction import revision
    assert revision(store) == 0
