"""Find the sheets of a class, and check them one by one or in several processes. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from backtrace.checking.judging.asked import asked_quantities, out_of_asked
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.lexing.tokens import parse_name
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.reading.answer_files import read_sheet_file
from backtrace.checking.reading.asked_sheet import read_asked_file
from backtrace.checking.report import Report, Root
from backtrace.checking.statement import Sheet
from backtrace.config.files import ANYWHERE, Reach
from backtrace.errors import BacktraceError, cannot_read, printable, quoted
from backtrace.problem.notation import NOTATIONS
from backtrace.problem.problem import Problem

CheckFile = Callable[[str], Report]
_AT_ONCE = 8  # sheets that are handed to a process at a time


def file_checker(
    problem: Problem,
    tolerance: float,
    notation: str | None,
    sample: int | None,
    step: int | None,
    names: Sequence[tuple[str, str]],
    reach: Reach,
    min_digits: int = 0,
    asked_file: str | None = None,
) -> CheckFile:
    """A function that checks a file; its checker, which is costly to make, is the same for all files.

    `sample` and `step` are for sheets that name none; `names` are names on the sheets and ids; `asked_file`
    says what there is to answer. An unreadable file has a report with an error.

    Raises:
        BacktraceError: a name is given for an id that does not exist, or what is asked for cannot be read.
    """
    if notation is not None:
        problem = problem._replace(notation=NOTATIONS[notation])
    own_names = {parse_name(name) or name: id for name, id in names}
    checker = Checker(problem, tolerance, sample, own_names, min_digits=min_digits)
    for name, id in names:
        found = Lookup(checker.diagnosis([1]).graph, sample).key(id)
        if isinstance(found, str):
            raise BacktraceError(f"--name {printable(name)}={printable(id)}: {found}")

    asked: Sequence[Root] = ()
    if asked_file is not None:
        form = read_asked_file(asked_file, reach, checker.config_names)
        asked = asked_quantities(checker, _placed(form, step))

    def check_file(file: str) -> Report:
        try:
            sheet = read_sheet_file(file, reach, checker.config_names)
            report = check_sheet(checker, _placed(sheet, step))
            return out_of_asked(report, asked) if asked else report
        except BacktraceError as error:
            return Report(file, error=str(error))

    return check_file


def _placed(sheet: Sheet, step: int | None) -> Sheet:
    """The sheet with the step filled in where it names none; the checker fills in the sample."""
    if step is None:
        return sheet
    statements = (
        stated._replace(step=step) if stated.step is None else stated for stated in sheet.statements
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


def checked(check_file: CheckFile, files: Sequence[str], jobs: int = 1) -> Iterator[Report]:
    """Check the files and yield their reports in order.

    Raises:
        BacktraceError: a process cannot be started, or was killed.
    """
    jobs = min(jobs, -(-len(files) // _AT_ONCE))
    if jobs > 1 and "-" not in files and hasattr(os, "fork"):
        yield from _checked_by_processes(check_file, files, jobs)
        return
    if len(files) > 1:
        _collect_garbage()
    yield from map(check_file, files)


# A pool gives its tasks only a file; each process keeps here the function that checks one.
_in_this_process: list[CheckFile] = []


def _start(check_file: CheckFile) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads the reports
    _collect_garbage()
    _in_this_process[:] = [check_file]


def _report_in_pool(file: str) -> Report:
    return _in_this_process[0](file)


def _checked_by_processes(check_file: CheckFile, files: Sequence[str], jobs: int) -> Iterator[Report]:
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
