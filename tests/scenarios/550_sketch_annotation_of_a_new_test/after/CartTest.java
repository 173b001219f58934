package shop;

import org.junit.Test;

public class CartTest {
    @Test
    public void addsItems() {
        Cart cart = new Cart();
        cart.add(new Item("a", 1));
        assertEquals(1, cart.size());
    }

    @Test
    public void clears() {
        Cart cart = new Cart();
        cart.clear();
        assertEquals(0, cart.size());
    }

    @Test
    public void sums() {
        Cart cart = new Cart();
        cart.add(new Item("a", 1));
        cart.add(new Item("b", 2));
        assertEquals(3, cart.total());
    }
}
