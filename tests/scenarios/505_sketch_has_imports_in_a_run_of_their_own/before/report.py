#!/usr/bin/env python3
"""Reports."""

import os
import sys

LIMIT = 10


def report(rows):
    for row in rows[:LIMIT]:
        print(row)
