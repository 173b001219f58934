impl Cart {
    pub fn total(&self) -> u32 {
        let mut sum = 0;
        for item in &self.items {
            sum += item.price * 2;
        }
        sum
    }

    pub fn count(&self) -> u32 {
        let mut sum = 0;
        for item in &self.items {
            sum += 1;
        }
        sum
    }
}
