"""Stages: what lies inside counts to them, once, and only while a profile is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kpu_nlp.stages import add_stages, profiled, stage, timed

NAP = 0.05  # seconds


@timed("nap")
def nap() -> str:
    """Sleep."""
    time.sleep(NAP)
    return "rested"


def test_a_stage_inside_another_is_taken_off_it() -> None:
    with profiled() as profile:
        with stage("outer"):
            time.sleep(NAP)
            with stage("inner"):
                time.sleep(3 * NAP)
            assert nap() == "rested"
        time.sleep(NAP)
    assert list(profile.seconds) == ["outer", "inner", "nap"]
    assert profile.seconds["inner"] >= 3 * NAP
    assert profile.seconds["nap"] >= NAP
    assert profile.seconds["outer"] >= NAP
    assert sum(profile.seconds.values()) <= profile.elapsed() - NAP


def test_a_stage_that_fails_ends() -> None:
    with profiled() as profile:
        with pytest.raises(ValueError, match="broken"), stage("fails"):
            raise ValueError("broken")
        before = profile.seconds["fails"]
        time.sleep(NAP)
        with stage("next"):
            pass
    assert profile.seconds["fails"] == before


def test_without_a_profile_nothing_is_kept() -> None:
    nap()
    with profiled() as profile:
        pass
    nap()
    add_stages({"nap": 1.0})
    assert profile.seconds == {}


def test_the_user_of_a_generator_does_not_count() -> None:
    def numbers() -> Iterator[int]:
        for number in range(3):
            with stage("count"):
                found = number
            yield found

    with profiled() as profile:
        for _ in numbers():
            time.sleep(NAP)
    assert profile.seconds["count"] <= profile.elapsed() - 3 * NAP


def test_threads_count_to_the_stage_that_waits_for_them() -> None:
    with profiled() as profile, ThreadPoolExecutor(2) as pool, stage("wait"):
        assert list(pool.map(lambda _: nap(), range(2))) == ["rested", "rested"]
    assert list(profile.seconds) == ["wait"]
    assert profile.seconds["wait"] >= NAP


def test_what_other_processes_took_is_added() -> None:
    with profiled() as profile:
        for _ in range(2):
            add_stages({"encoder": 1.5, "writing": 0.5})
    assert profile.seconds == {"encoder": 3.0, "writing": 1.0}


def test_profiles_of_their_own_do_not_mix() -> None:
    with profiled() as outer:
        with profiled() as inner:
            nap()
        with stage("own"):
            pass
    assert (list(outer.seconds), list(inner.seconds)) == (["own"], ["nap"])
