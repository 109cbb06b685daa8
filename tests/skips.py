"""Where everything is installed, a test that is skipped for want of something fails (``NO_SKIPS=1``, ``.ci/run``)."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

#: What a machine or an account is, which nothing that is installed would change.
_ACCEPTED = (
    "root reads everything",
    "root may write anywhere",
    "this account may not add a disk",
    "this file system only takes UTF-8 names",
    "one thread in any case",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected = hasattr(report, "wasxfail")
    if os.environ.get("NO_SKIPS") and report.skipped and not expected:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.removeprefix("Skipped: ") not in _ACCEPTED:
            report.outcome = "failed"
            report.longrepr = f"{reason} (nothing may be missing where NO_SKIPS is set)"
    return report
