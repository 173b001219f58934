pub struct Cart {
    items: Vec<u64>,
}

impl Cart {
    pub fn new() -> Self {
        Cart { items: vec![] }
    }
}

impl Default for Cart {
    fn default() -> Self {
        Cart::new()
    }
}
