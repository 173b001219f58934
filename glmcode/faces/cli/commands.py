"""Imports every command's file, which registers the command. None of them may import anything heavy at its top."""

import glmcode.faces.cli.land  # noqa: F401
import glmcode.faces.cli.outline  # noqa: F401
import glmcode.faces.cli.replay  # noqa: F401
import glmcode.faces.cli.sessions  # noqa: F401
