import signal

import pytest

from provenance.intake.interrupt import Patience


def test_the_first_interrupt_ends_only_the_reading_of_further_files() -> None:
    with Patience() as patience:
        assert patience.goes_on()
        signal.raise_signal(signal.SIGINT)
        assert not patience.goes_on()
        assert patience.is_over


def test_without_an_interrupt_every_file_is_read() -> None:
    with Patience() as patience:
        assert patience.goes_on()
        assert not patience.is_over


def test_an_interrupt_ends_waiting_at_once() -> None:
    with Patience() as patience:
        with pytest.raises(KeyboardInterrupt), patience.waiting():
            signal.raise_signal(signal.SIGINT)
        assert patience.is_over
        assert not patience.goes_on()


def test_a_second_interrupt_ends_everything_at_once() -> None:
    with Patience():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_an_interrupt_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Patience():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
