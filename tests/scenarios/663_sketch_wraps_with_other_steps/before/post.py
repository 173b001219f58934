class Post:
    def publish(self):
        self.status = self.PUBLISHED
        self.save()
