def f():
    for x in y:
        if ready:
            go()
