pub struct Cart {
    items: Vec<u32>,
}

impl Cart {
    pub fn new() -> Self {
        Cart { items: Vec::new() }
    }
}

impl Default for Cart {
    fn default() -> Self {
        Self::new()
    }
}
