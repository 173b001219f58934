from typing import (
    Any,
    Callable,
    Mapping,
    TypeVar,
)

_T = TypeVar("_T")

def instance_of(kind: type[_T]) -> Callable[[Any], _T]: ...
