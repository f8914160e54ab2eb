"""Find the sheets of a class, and check them one by one or in several processes. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from backtrace.config.files import ANYWHERE, Reach
from backtrace.errors import BacktraceError, cannot_read, printable, quoted

if TYPE_CHECKING:
    from backtrace.checking.judging.checker import Checker
    from backtrace.checking.report import Report
    from backtrace.checking.statement import Sheet
    from backtrace.problem.problem import Problem

_AT_ONCE = 8  # sheets that are handed to a process at a time


class Marking(NamedTuple):
    """How to check every sheet; `sample` and `step` are for sheets that name none."""

    problem: Problem
    tolerance: float = 0.0
    notation: str | None = None
    sample: int | None = None
    step: int | None = None
    names: tuple[tuple[str, str], ...] = ()
    reach: Reach = ANYWHERE

    def checker(self) -> Checker:
        """The checker of all sheets, which is costly to make."""
        from backtrace.checking.judging.checker import Checker
        from backtrace.checking.lexing.tokens import parse_name
        from backtrace.checking.naming.lookup import Lookup
        from backtrace.problem.notation import NOTATIONS

        problem = self.problem
        if self.notation is not None:
            problem = problem._replace(notation=NOTATIONS[self.notation])
        names = {parse_name(name) or name: id for name, id in self.names}
        checker = Checker(problem, self.tolerance, self.sample, names)
        for name, id in self.names:
            found = Lookup(checker.diagnosis([1]).graph, self.sample).key(id)
            if isinstance(found, str):
                raise BacktraceError(f"--name {printable(name)}={printable(id)}: {found}")
        return checker

    def placed(self, sheet: Sheet) -> Sheet:
        """The sheet with the step filled in; the checker fills in the sample."""
        if self.step is None:
            return sheet
        statements = (
            statement._replace(step=self.step) if statement.step is None else statement
            for statement in sheet.statements
        )
        return sheet._replace(statements=tuple(statements))


def sheet_files(answers: Sequence[str], reach: Reach = ANYWHERE) -> tuple[list[str], bool]:
    """The files to check, and whether they are a class: several files, or a folder.

    Raises:
        BacktraceError: a folder cannot be read, or is empty.
    """
    files: list[str] = []
    for path in answers:
        files += _in_folder(path, reach) if os.path.isdir(path) else [path]
    return files, len(files) > 1 or any(map(os.path.isdir, answers))


def _in_folder(folder: str, reach: Reach) -> list[str]:
    """The files of a folder by name, without hidden ones."""
    reason = reach.barred(folder)
    if reason:
        raise BacktraceError(f"{quoted(folder, 120)}: {reason}")
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise cannot_read(folder, error) from None
    files = [path for name in names if _is_sheet(path := os.path.join(folder, name))]
    if not files:
        raise BacktraceError(f"{quoted(folder, 120)}: no files in this folder; expected sheets of answers")
    return files


def _is_sheet(path: str) -> bool:
    """Whether it is a file, or a broken link, which is reported; never a pipe, which would never end."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def checked(marking: Marking, files: Sequence[str], jobs: int = 1) -> Iterator[Report]:
    """Check the files and yield their reports in order; an unreadable file has a report with an error.

    Raises:
        BacktraceError: a process cannot be started, or was killed.
    """
    check_file = partial(_report, marking, marking.checker())
    jobs = min(jobs, -(-len(files) // _AT_ONCE))
    if jobs > 1 and "-" not in files and hasattr(os, "fork"):
        yield from _checked_by_processes(check_file, files, jobs)
        return
    if len(files) > 1:
        _collect_garbage()
    yield from map(check_file, files)


def _report(marking: Marking, checker: Checker, file: str) -> Report:
    from backtrace.checking.judging.judge_sheet import check_sheet
    from backtrace.checking.reading.answer_files import read_sheet_file
    from backtrace.checking.report import Report

    try:
        return check_sheet(checker, marking.placed(read_sheet_file(file, marking.reach)))
    except BacktraceError as error:
        return Report(file, error=str(error))


# A pool gives its tasks only a file; each process keeps here the function that checks one.
_in_this_process: list[Callable[[str], Report]] = []


def _start(check_file: Callable[[str], Report]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads the reports
    _collect_garbage()
    _in_this_process[:] = [check_file]


def _report_in_pool(file: str) -> Report:
    return _in_this_process[0](file)


def _checked_by_processes(
    check_file: Callable[[str], Report], files: Sequence[str], jobs: int
) -> Iterator[Report]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Forked processes share the checker, which would be slow to pickle.
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _start, (check_file,))
    try:
        yield from pool.map(_report_in_pool, files, chunksize=_AT_ONCE)
    except BrokenProcessPool:
        raise BacktraceError("a process that checked sheets was killed; try --jobs 1") from None
    except OSError as error:
        raise BacktraceError(f"cannot start {jobs} processes: {error.strerror}; try --jobs 1") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _collect_garbage() -> None:
    """Switch the collector on: one trace does without, thousands of sheets need it."""
    import gc

    gc.freeze()
    gc.set_threshold(100_000)  # the garbage of a few sheets; collecting sooner finds little
    gc.enable()
