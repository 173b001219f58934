class Loader {
  static void first(int order, int limit) {
    count = "tax";
    update(order, count);
    // the item comes before the count now
    item = 0;
  }

  static void second(int order, int limit) {
    count = "rate";
    update(order, count);
    // the item comes before the count
    item = 0;
  }
}
