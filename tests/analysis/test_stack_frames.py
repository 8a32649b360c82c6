"""The innermost frame of the project, in real traces of many languages (see fixtures/stack_traces/README.md)."""

from pathlib import Path

import pytest

from dashboard.analysis._stack_frames import own_frame
from dashboard.analysis.failure_groups import fingerprint

TRACES = Path(__file__).parents[1] / "fixtures" / "stack_traces"


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("pytest-9-long", "src/shop_cart.py in buy"),
        ("pytest-9-short", "src/shop_cart.py in buy"),
        ("pytest-9-native", "src/shop_cart.py in buy"),
        ("pytest-9-assert", "src/test_cart.py"),
        ("node-20", "src/shop.js in buy"),
        ("java-17", "Shop.java in acme.Shop.buy"),
        ("go-1.19-panic", "gg/shop.go"),
        ("go-1.19-error", "shop_test.go"),
        ("ruby-3.1", "src/shop.rb in buy"),
        ("php-8", "src/Shop.php in Shop->buy"),
        ("rust-1", "src/a.rs"),
        ("asan-12", "src/a.cpp in buy(int)"),
    ],
)
def test_real_traces(name, frame):
    assert own_frame((TRACES / f"{name}.txt").read_text()) == frame


def test_the_styles_of_pytest_tell_of_one_failure():
    texts = [(TRACES / f"pytest-9-{style}.txt").read_text() for style in ("long", "short", "native")]
    message = (
        "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    )
    assert len({fingerprint(None, message, text) for text in texts}) == 1
    assert len({fingerprint(None, None, text) for text in texts}) == 1


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("   at Acme.Shop.Buy(Int32 n) in C:\\src\\Acme\\Shop.cs:line 12", "Acme/Shop.cs in Acme.Shop.Buy"),
        ("   at System.Int32.Parse(String s)\n   at Acme.Shop.Buy(Int32 n)", "Acme.Shop.Buy"),
        ("   at Acme.Shop.<Buy>d__12.MoveNext() in /src/Shop.cs:line 3",
         "src/Shop.cs in Acme.Shop.<Buy>d__<n>.MoveNext"),
        ("\tat app//com.acme.Shop.lambda$buy$3(Shop.kt:7)", "Shop.kt in com.acme.Shop.lambda$buy$<n>"),
        ("\tat org.junit.Assert.fail(Assert.java:89)\n\tat com.acme.ShopTest.buys(ShopTest.java:9)",
         "ShopTest.java in com.acme.ShopTest.buys"),
        ("    at Object.<anonymous> (file:///srv/app/src/shop.test.ts:3:5)", "src/shop.test.ts in Object.<anonymous>"),
        ("    at async /srv/app/src/shop.ts:3:5", "src/shop.ts"),
        ("buy@http://localhost:3000/src/shop.js?t=17:12:9", "src/shop.js in buy"),
        ("    at Cart.buy [as purchase] (webpack:///./src/cart.js:1:2)", "src/cart.js in Cart.buy"),
        ("#1  0x0000555 in shop::buy (n=3) at src/shop.cpp:12", "src/shop.cpp in shop::buy"),
        ("tests/shop_test.cc:12: Failure", "tests/shop_test.cc"),
        ("tests/shop_test.cpp(12): FAILED", "tests/shop_test.cpp"),
        ("/app/tests/ShopTest.php:31", "tests/ShopTest.php"),
        ("thread 'main' panicked at 'boom', src/lib.rs:4:9", "src/lib.rs"),
        ("     # ./spec/shop_spec.rb:4:in 'block (2 levels) in <top (required)>'",
         "spec/shop_spec.rb in <top (required)>"),
    ],
)  # fmt: skip
def test_other_forms(text, frame):
    assert own_frame(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "assert 1 == 2",
        'File "/venv/lib/python3.12/site-packages/requests/api.py", line 1, in get',
        'File "<frozen importlib._bootstrap>", line 1, in _gcd_import',
        'File "C:\\Python311\\Lib\\unittest\\case.py", line 1, in run',
        "    at Module._compile (node:internal/modules/cjs/loader:1356:14)",
        "    at f (/app/node_modules/jest/index.js:1:2)",
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
        "\tat org.gradle.Foo.bar(Foo.java:1)",
        "   at Xunit.Assert.Equal[T](T a, T b)",
        "\t/usr/local/go/src/runtime/panic.go:884 +0x212",
        "\t/home/ci/go/pkg/mod/github.com/x/y@v1.2.3/y.go:8 +0x1",
        "from /usr/lib/ruby/gems/3.1.0/gems/rspec-core/lib/rspec.rb:4:in 'run'",
        "#0 /app/vendor/phpunit/phpunit/src/TestCase.php(12): PHPUnit\\Framework\\TestCase->run()",
        "    #0 0x7f in operator new(unsigned long) ../../../../src/libsanitizer/asan/asan_new_delete.cpp:95",
        "see https://example.org:443/a at noon",
    ],
)
def test_no_frame_of_the_project(text):
    assert own_frame(text) == ""


def test_a_line_number_and_a_folder_above_change_nothing():
    frames = {
        own_frame(f'  File "{root}/shop/cart.py", line {line}, in buy') for root in ("/a/b", "/c") for line in (1, 99)
    }
    assert frames == {"shop/cart.py in buy"}


def test_a_long_text_is_looked_at_from_both_ends():
    middle = "noise\n" * 5_000
    assert own_frame(f'  File "a/b.py", line 1, in f\n{middle}') == "a/b.py in f"
    assert own_frame(f'{middle}  File "a/b.py", line 1, in f') == "a/b.py in f"
