class A:
    def run(self):
        step()
        return 1


class B:
    def run(self):
        step()
        return 1
