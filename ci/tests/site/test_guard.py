"""What a page says that it may load."""

import re

import guard

from ci.site import audit

GUARDED = """<html><head><meta charset="utf-8" /><title>A</title><script>one()</script>
<script defer src="a.js"></script></head><body><button onclick="window.print()">P</button><script>
two()
</script><script>one()</script></body></html>"""


def test_a_page_says_what_it_may_load():
    page = guard.guard(GUARDED)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    expected = sorted(guard.digest(script) for script in ("one()", "\ntwo()\n"))
    assert rules["script-src"].split() == ["'self'", *expected]
    assert "unsafe" not in rules["script-src"]
    assert page.index("Content-Security-Policy") < page.index("<script>")
    assert "onclick" not in page


def test_a_page_without_scripts_of_its_own_needs_no_hash():
    assert "script-src 'self'; style-src" in guard.guard('<meta charset="utf-8"><script src="a.js"></script>')


def test_the_hash_is_the_one_that_browsers_compute():
    # of the example in the standard: alert('Hello, world.');
    assert guard.digest("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"


def test_a_page_without_a_policy_is_found():
    with_policy = guard.guard(GUARDED)
    assert any("a policy" in finding for finding in audit.head(GUARDED))
    assert not any("a policy" in finding for finding in audit.head(with_policy))
