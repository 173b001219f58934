class Post:
    def __init__(self, body):
        self.body = body

    @property
    def excerpt(self):
        return self.body[:100]
