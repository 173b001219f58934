class Stock {
  static void print(int order, int limit) {
    load(order, limit);
    if (order == limit) {
      store(order, 1);
    }
  }

  static void update(int order, int limit) {
    price = rate(order, limit);
    check(price, 4);
    tax = price * limit;
  }
}
