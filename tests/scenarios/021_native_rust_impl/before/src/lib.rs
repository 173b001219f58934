use std::fmt;

#[derive(Debug)]
pub struct Cart {
    items: Vec<u64>,
}

impl Cart {
    /// In cents.
    #[must_use]
    pub fn total(&self) -> u64 {
        0
    }
}
