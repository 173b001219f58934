"""Imports every command's file, which registers the command. None of them may import anything heavy at its top."""

import glmcode.faces.cli.apply
import glmcode.faces.cli.land
import glmcode.faces.cli.outline
import glmcode.faces.cli.replay
import glmcode.faces.cli.sessions
import glmcode.faces.cli.undo
import glmcode.faces.cli.verify  # noqa: F401
