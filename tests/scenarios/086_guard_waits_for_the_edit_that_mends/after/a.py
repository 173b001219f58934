if True:
    x = 2
y = 3
