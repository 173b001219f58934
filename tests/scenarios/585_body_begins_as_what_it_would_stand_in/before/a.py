class A:
    x = 1

    def run(self):
        return 1
