"""The library as it is imported."""

import subprocess
import sys

import pytest

import pvd_assistant


def test_the_public_names_are_there() -> None:
    for name in pvd_assistant.__all__:
        assert getattr(pvd_assistant, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        pvd_assistant.Nothing  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, pvd_assistant;"
        "print(sorted({'torch', 'chromadb', 'gradio', 'sentence_transformers'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
