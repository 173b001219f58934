class Post:
    def publish(self):
        self.status = self.PUBLISHED
        self.save()

    def hide(self):
        self.status = self.HIDDEN
