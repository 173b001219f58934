#!/bin/sh
exec python src/a.py
