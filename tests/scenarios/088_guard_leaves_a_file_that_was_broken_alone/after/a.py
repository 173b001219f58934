a = 10
def (
