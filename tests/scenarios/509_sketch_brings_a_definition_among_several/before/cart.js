class Cart {
  constructor() {
    this.total = 0;
  }

  add(price) {
    this.total += price;
  }

  take(price) {
    this.total -= price;
  }

  reset() {
    this.total = 0;
  }
}
