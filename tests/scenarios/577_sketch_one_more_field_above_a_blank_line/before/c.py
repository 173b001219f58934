class Config:
    a: int = 1
    b: int = 2

    def load(self):
        data = read()
        self.a = data["a"]
        self.b = data["b"]
        return self
