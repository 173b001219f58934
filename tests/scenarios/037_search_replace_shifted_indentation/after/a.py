def f():
    for x in y:
        if ready and able:
            prepare()
            go()
