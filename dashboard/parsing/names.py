"""Takes the parameters off the name of a parametrised test case, so that its siblings are known for siblings.

Every producer writes them its own way, and none marks them: ``test_add[1-2]`` (pytest), ``add(int)[1]`` and
``add{int}[2]`` (JUnit 5), ``Adds(a: 1, b: 2)`` (xUnit.net), ``Adds(1,"x")`` (NUnit, TestNG), ``Adds/3`` (GoogleTest),
``testAdd with data set #0`` (PHPUnit), ``[1] a`` (Gradle, which loses the method). A name in plain words, such as
``renders (dark)``, has no parameter. Where it is not certain the name is left whole.
"""

import re
from typing import NamedTuple

_DATA_SET = re.compile(r"(?P<base>\S.*?) with data set (?P<parameters>(?:#\d+|\".*\")(?: \(.*\))?)", re.DOTALL)
_INDEXED = re.compile(r"(?P<base>\w+)(?P<parameters>(?:\([^()]*\)|\{[^{}]*\})?\[\d+\](?: .*)?)", re.DOTALL)
_BRACKETS = re.compile(r"(?P<base>[^\s\[\]][^\[\]]*)\[(?P<parameters>.*)\]", re.DOTALL)
_CALL = re.compile(r"(?P<base>[^\W\d][\w.`<>]*)\((?P<parameters>.+)\)", re.DOTALL)
_LOST = re.compile(r"(?P<base>)(?P<parameters>\[\d+\].*)", re.DOTALL)
_NUMBERED = re.compile(r"(?P<base>\w+)/(?P<parameters>\d+)")
_LIKELY = ("[", "(", "#", '"', "/")


class Parametrised(NamedTuple):
    """A name in two."""

    base: str
    """What the siblings share; "" where the producer lost the method."""
    parameters: str


def parametrised(name: str) -> Parametrised | None:
    """Give base and parameters of a name; nothing when it has none, or when that is not certain."""
    if not any(mark in name for mark in _LIKELY):
        return None
    for form in (_DATA_SET, _LOST, _INDEXED, _BRACKETS, _CALL, _NUMBERED):
        found = form.fullmatch(name)
        if found is not None:
            return Parametrised(found["base"], found["parameters"])
    return None
