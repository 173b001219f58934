/**
 * Entries that come and go.
 */
impl Ring {
    /**
     * Takes the oldest entry.
     */
    fn pop(&mut self) -> Option<u8> {
        self.len -= 1;
        self.slots.pop()
    }

    /**
     * Puts an entry in.
     */
    fn push(&mut self, entry: u8) {
        assert!(self.len < MOST);
        self.len += 1;
        self.slots.push(entry);
    }
}
