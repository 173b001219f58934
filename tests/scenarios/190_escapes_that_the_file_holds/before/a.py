def less(a, b):
    return f"{a} &lt; {b}"
