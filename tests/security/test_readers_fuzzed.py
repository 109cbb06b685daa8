"""Damaged files: each is read or refused with a message of ours. Long runs: ``benchmarks/fuzz.py``."""

from __future__ import annotations

from pathlib import Path

import fuzzing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EDITS = st.lists(
    st.tuples(st.sampled_from(fuzzing.KINDS), st.floats(0, 1), st.integers(0, 255)),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("reader", fuzzing.SEEDS)
def test_the_files_that_are_damaged_are_sound(reader: str, tmp_path: Path) -> None:
    assert fuzzing.feed(reader, fuzzing.SEEDS[reader], tmp_path) == ""


@pytest.mark.parametrize("reader", fuzzing.SEEDS)
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits=EDITS)
def test_a_damaged_file_breaks_nothing(
    reader: str, edits: list[fuzzing.Edit], tmp_path: Path
) -> None:
    raw = fuzzing.damage(fuzzing.SEEDS[reader], reader, edits)
    assert fuzzing.feed(reader, raw, tmp_path) != "silent"
