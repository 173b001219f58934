import fs from "fs";

export class Cart {
  constructor() {
    this.items = [];
  }

  // In cents.
  total() {
    return this.items.reduce((sum, item) => sum + item.price, 0);
  }

  clear() {
    this.items = [];
  }
}
