def held(path, deadline):
    with opened(path) as file:
        while not taken(file):
            if clock() >= deadline:
                raise Conflict(
                    path,
                    hint="try again when it has ended",
                )
            if is_patient:
                sleep(0.02)
            file.truncate(0)
            file.write(owner())
        yield
