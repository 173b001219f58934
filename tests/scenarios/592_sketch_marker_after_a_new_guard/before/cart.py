class Cart:
    def __init__(self, user):
        self.user = user
        self.items = []

    def add(self, item):
        self.items.append(item)
        self.save()
        return item


def make(user):
    cart = Cart(user)
    cart.load()
    return cart
