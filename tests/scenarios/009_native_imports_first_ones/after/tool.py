#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""A tool."""

from __future__ import annotations

import sys

print("hi")
