def bare(where):
    return Problem(
        f"nothing to edit in {where}",
        hint="make a working tree first",
    )


def pointed_to(pointer):
    text = read(pointer)
    if not text.startswith("gitdir:"):
        raise Problem(pointer)
    return text
