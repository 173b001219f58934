import { Cart } from "./cart";

describe("Cart", () => {
  it("starts empty", () => {
    const cart = new Cart();
    expect(cart.items).toEqual([]);
  });

  it("adds items", () => {
    const cart = new Cart();
    cart.add("a");
    expect(cart.items).toEqual(["a"]);
  });

  it("adds an item twice", () => {
    const cart = new Cart();
    cart.add("a");
    cart.add("a");
    expect(cart.items).toEqual(["a", "a"]);
  });

  it.skip("is slow", () => {
    wait(1000);
    expect(true).toBe(true);
  });

  it("clears", () => {
    const cart = new Cart();
    cart.clear();
    expect(cart.items).toEqual([]);
  });
});

window.addEventListener("load", run);
window.addEventListener("resize", () => {
  clear();
  run();
});
