class Cart:
    def __init__(self, user, currency="EUR"):
        self.currency = currency
        self.user = user
        self.items = []

    def add(self, item, quantity=1):
        if not quantity:
            return None
        self.items.append(item)
        self.save()
        return item


def make(user, cache=None):
    if cache and user in cache:
        cart = cache[user]
        return cart
    cart = Cart(user)
    cart.load()
    return cart
