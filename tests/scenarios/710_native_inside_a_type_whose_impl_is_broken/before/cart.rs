pub struct Cart {
    total: u64,
}

impl Cart {
    pub fn total(&self) -> u64 {
        self.total
    }
