class Grid:
    def size(self):
        width = len(self.rows[0])
        return width, len(self.rows)
