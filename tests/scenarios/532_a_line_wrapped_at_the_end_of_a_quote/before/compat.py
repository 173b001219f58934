def read(stream):
    # Some code detaches the streams to get binary ones, so
    # this has to be dealt with.
    if is_binary(stream):
        return stream
    return None


def find_writer(stream: IO[Any]) -> Optional[BinaryIO]:
    # It may be binary already. Some code might do this, so
    # that case comes first.
    if is_writer(stream):
        return stream
    return None
