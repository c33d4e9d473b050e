"""What all tests share: progress goes to a folder of its own, and hypothesis repeats itself exactly."""

import os
from itertools import count

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_numbers = count()


@pytest.fixture(autouse=True)
def _progress_of_its_own(monkeypatch, tmp_path_factory):
    monkeypatch.setenv(
        "VPCLAB_PROGRESS_DIR", str(tmp_path_factory.getbasetemp() / f"progress-{next(_numbers)}")
    )
