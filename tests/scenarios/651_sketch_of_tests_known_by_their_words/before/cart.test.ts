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

  it("is slow", () => {
    wait(1000);
    expect(true).toBe(true);
  });
});

window.addEventListener("load", run);
window.addEventListener("resize", run);
