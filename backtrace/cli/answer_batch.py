"""The sheets of a class: which files they are, and checking them one by one or in several processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from backtrace.config.files import barred
from backtrace.errors import BacktraceError, printable, quoted

if TYPE_CHECKING:
    from backtrace.checking.judging.checker import Checker
    from backtrace.checking.report import Report
    from backtrace.checking.statement import Sheet
    from backtrace.problem.problem import Problem

_AT_ONCE = 8  # sheets that are handed to a process at a time
_AHEAD = 4  # such portions for each process that wait, or whose reports do


class Marking(NamedTuple):
    """What is the same for every sheet; `sample` and `step` stand in where a sheet names none."""

    problem: Problem
    tolerance: float = 0.0
    notation: str | None = None
    sample: int | None = None
    step: int | None = None
    names: tuple[tuple[str, str], ...] = ()

    def checker(self) -> Checker:
        """What checks the sheets; it is costly to make and serves for all of them."""
        from backtrace.checking.judging.checker import Checker
        from backtrace.checking.naming.lookup import Lookup
        from backtrace.checking.tokens import named as written
        from backtrace.problem.notation import NOTATIONS

        problem = self.problem
        if self.notation is not None:
            problem = problem._replace(notation=NOTATIONS[self.notation])
        names = {written(name) or name: id for name, id in self.names}
        checker = Checker(problem, self.tolerance, self.sample, names)
        for name, id in self.names:
            found = Lookup(checker.graph([1])[0], self.sample).key(id)
            if isinstance(found, str):
                raise BacktraceError(f"--name {printable(name)}={printable(id)}: {found}")
        return checker

    def placed(self, sheet: Sheet) -> Sheet:
        """The sheet with the step filled in; the sample the checker knows."""
        if self.step is None:
            return sheet
        statements = (
            statement._replace(step=self.step) if statement.step is None else statement
            for statement in sheet.statements
        )
        return sheet._replace(statements=tuple(statements))


def sheet_files(answers: Sequence[str]) -> tuple[list[str], bool]:
    """The files that are meant, and whether they are to be taken for a class.

    Raises:
        BacktraceError: a folder cannot be read, or there is nothing in it.

    """
    files: list[str] = []
    for path in answers:
        files += _in_folder(path) if os.path.isdir(path) else [path]
    return files, len(files) > 1 or any(map(os.path.isdir, answers))


def _in_folder(folder: str) -> list[str]:
    """A folder's files in the order of their names, without the hidden ones."""
    reason = barred(folder)
    if reason:
        raise BacktraceError(f"{quoted(folder, 120)}: {reason}")
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise BacktraceError(f"{quoted(folder, 120)}: cannot be read: {error.strerror or error}") from None
    files = [path for name in names if _is_sheet(path := os.path.join(folder, name))]
    if not files:
        raise BacktraceError(f"{quoted(folder, 120)}: no files in this folder; expected sheets of answers")
    return files


def _is_sheet(path: str) -> bool:
    """A file, or a link to one that is gone, which is told; never a pipe, that would be waited for."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def checked(marking: Marking, files: Sequence[str], jobs: int = 1) -> Iterator[Report]:
    """The reports in the order of the files; one that cannot be read has an error."""
    checker = marking.checker()
    jobs = min(jobs, -(-len(files) // _AT_ONCE))
    if jobs > 1 and "-" not in files and "fork" in multiprocessing_methods():
        yield from _checked_by_processes(_Worker(marking, checker), files, jobs)
        return
    if len(files) > 1:
        _collect_garbage()
    for file in files:
        yield _report(marking, checker, file)


def multiprocessing_methods() -> list[str]:
    """The ways in which this system can start a process."""
    import multiprocessing

    return multiprocessing.get_all_start_methods()


def _report(marking: Marking, checker: Checker, file: str) -> Report:
    from backtrace.checking.judging.judge_sheet import check_sheet
    from backtrace.checking.reading.answer_files import read_sheet_file
    from backtrace.checking.report import Report

    try:
        return check_sheet(checker, marking.placed(read_sheet_file(file)))
    except BacktraceError as error:
        return Report(file, error=str(error))


class _Worker(NamedTuple):
    """What a process needs to check sheets."""

    marking: Marking
    checker: Checker


# A pool hands its tasks no state but what the process holds: each process is given its worker here, once.
_of_this_process: list[_Worker] = []


def _begin(worker: _Worker) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by the process that reads the reports
    _collect_garbage()
    _of_this_process[:] = [worker]


def _portion(files: Sequence[str]) -> list[Report]:
    [(marking, checker)] = _of_this_process
    return [_report(marking, checker, file) for file in files]


def _checked_by_processes(worker: _Worker, files: Sequence[str], jobs: int) -> Iterator[Report]:
    """The reports in order; no more is begun than will soon be written, so that memory stays flat."""
    import multiprocessing
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    portions = (files[start : start + _AT_ONCE] for start in range(0, len(files), _AT_ONCE))
    # Forked processes share the checker; it need not be written out and read in.
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, context, _begin, (worker,))
    waiting: deque[Future[list[Report]]] = deque()
    try:
        for portion in portions:
            waiting.append(pool.submit(_portion, portion))
            if len(waiting) == jobs * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise BacktraceError("a process that checked sheets was ended from outside; try --jobs 1") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _collect_garbage() -> None:
    """The command line runs without a collector, as one trace does well; thousands of sheets need it."""
    import gc

    gc.freeze()
    gc.set_threshold(100_000)  # a few sheets' worth; sooner there is next to nothing to find
    gc.enable()
