class Config:
    a: int = 1
    b: int = 2
    c: int = 3

    def load(self):
        data = read()
        self.a = data["a"]
        self.b = data["b"]
        self.c = data["c"]
        return self
