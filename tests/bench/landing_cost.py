"""What a durable landing of 100 files costs, beside writing the same with a temporary file and a rename each and no sync,
then one sync of the file system.

    python -m tests.bench.landing_cost                 on the file system of the temporary folder
    python -m tests.bench.landing_cost --dir /dev/shm  on another
    python -m tests.bench.landing_cost --profile       where the time goes

The files exist already and change; both sides write the same bytes. In turns, so that other work on the machine moves both;
the least and the middle of the rounds.
"""

import argparse
import cProfile
import os
import pstats
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from glmcode.repo.journal import land

FILES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", help="where the trees are made")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--size", type=int, default=4000, help="bytes of a file")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="glmcode-cost-", dir=options.dir) as place:
        bed = _Bed(Path(place), options.size)
        if options.profile:
            with cProfile.Profile() as profile:
                bed.landed()
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
            return
        for name, work in (("written plainly", bed.plain), ("landed durably", bed.landed), ("undone", bed.undone)):
            bed.times[name] = []
            work()
        for _ in range(options.rounds):
            for name, work in (("written plainly", bed.plain), ("landed durably", bed.landed), ("undone", bed.undone)):
                bed.times[name].append(_cost(work))
        base = bed.times["written plainly"]
        for name, costs in bed.times.items():
            for at, what in enumerate(("CPU", "wall")):
                least, middle = min(cost[at] for cost in costs), statistics.median(cost[at] for cost in costs)
                ratio = least / min(cost[at] for cost in base), middle / statistics.median(cost[at] for cost in base)
                print(
                    f"{name:16} {what:4}  least {least * 1000:7.1f} ms ({ratio[0]:.2f} times)"
                    f"  middle {middle * 1000:7.1f} ms ({ratio[1]:.2f} times)"
                )


def _cost(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


class _Bed:
    def __init__(self, place: Path, size: int) -> None:
        self.times: dict[str, list[tuple[float, float]]] = {}
        self._size, self._round = size, 0
        self._roots = [place / "plain", place / "journaled"]
        self._paths = [f"package{number % 10}/module{number}.py" for number in range(FILES)]
        for root in self._roots:
            for path in self._paths:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(self._bytes(0, path))
            subprocess.run(["git", "init", "-q", "--template=", root], check=True)
        self._before: dict[str, bytes | None] = {path: self._bytes(0, path) for path in self._paths}
        self._undone = self._before
        os.sync()

    def _bytes(self, number: int, path: str) -> bytes:
        return (f"# {number} {path}\n".encode() * self._size)[: self._size]

    def plain(self) -> None:
        root = os.fspath(self._roots[0])
        self._round += 1
        for path in self._paths:
            data, name = self._bytes(self._round, path), os.path.join(root, path)
            with open(name + ".tmp", "xb") as file:
                file.write(data)
            shutil.copymode(name, name + ".tmp")
            os.replace(name + ".tmp", name)
        fd = os.open(root, os.O_RDONLY)
        _syncfs(fd)
        os.close(fd)

    def landed(self) -> None:
        root = os.fspath(self._roots[1])
        self._round += 1
        after: dict[str, bytes | None] = {path: self._bytes(self._round, path) for path in self._paths}
        assert land(root, self._before, after, {}, None)
        self._undone, self._before = self._before, after

    def undone(self) -> None:
        from glmcode.repo.undoing import undo

        assert len(undo(os.fspath(self._roots[1])).restored) == FILES
        self._before = self._undone


def _syncfs(fd: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.syncfs(fd) == 0


if __name__ == "__main__":
    main()
