import fs from "fs";

export class Cart {
  constructor() {
    this.items = [];
  }

  // In cents.
  total() {
    return 0;
  }
}

function helper() {
  return 1;
}
