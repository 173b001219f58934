use std::fmt;
use std::collections::HashMap;

#[derive(Debug)]
pub struct Cart {
    items: Vec<u64>,
}

impl Cart {
    /// In cents.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.items.iter().sum()
    }
}
