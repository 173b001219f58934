pub struct Cart {
    items: Vec<u64>,
    name: String,
}

impl Cart {
    pub fn new() -> Self {
        Cart { items: vec![] }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}

impl Default for Cart {
    fn default() -> Self {
        Cart::new()
    }
}
