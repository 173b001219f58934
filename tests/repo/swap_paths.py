"""Swaps two names for each other until it is killed. Run by test_swapped.py: `python swap_paths.py ONE OTHER`."""

import ctypes
import os
import sys

_AT_CWD = -100
_EXCHANGE = 2


def main(one: bytes, other: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    print("ready", flush=True)
    while True:
        if libc.renameat2(_AT_CWD, one, _AT_CWD, other, _EXCHANGE) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2]))
