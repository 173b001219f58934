#!/usr/bin/env python3
"""Reports."""

import os
import sys
import json
from dataclasses import dataclass

LIMIT = 10


def report(rows):
    for row in rows[:LIMIT]:
        print(json.dumps(row))
