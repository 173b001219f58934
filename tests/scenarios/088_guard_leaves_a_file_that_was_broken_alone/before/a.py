a = 1
def (
