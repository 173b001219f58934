@define
class Converter:
    # mypy adapts the signature, pyright does not
    with_converter: int = field(converter=int)


@define
class Other:
    plain: int = 0
