"""Any change as an edit plan: bytes before and after in, a plan out that lands as exactly that change. Pure."""

from glmcode.express.change import FileChange
from glmcode.express.write import express

__all__ = ["FileChange", "express"]
