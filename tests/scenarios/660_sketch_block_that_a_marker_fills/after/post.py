class Post:
    def publish(self):
        if self.status != self.PUBLISHED:
            self.status = self.PUBLISHED
            self.save()
        return self

    def hide(self):
        self.status = self.HIDDEN
