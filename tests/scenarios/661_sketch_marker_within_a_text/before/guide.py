def show(code):
    return """
.. code-block:: python

    %s
""" % indent(code)


def other():
    """What it does.

    And how.
    """
    return 1
