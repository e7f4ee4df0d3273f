"""What the command line says on standard error."""

import logging

from server.__main__ import _OneLine


def test_a_fault_that_a_part_logs_is_one_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "measure failed: %s", ("pace",), info)
    assert _OneLine("jiangtai: %(message)s").format(record) == "jiangtai: measure failed: pace"
