impl<T> Cell<T> {
    pub(crate) const fn new() -> Cell<T> {
        Cell { initialized: AtomicBool::new(false), value: Mutex::new(None) }
    }

    pub(crate) const fn with_value(value: T) -> Cell<T> {
        Cell {
            initialized: AtomicBool::new(true),
            value: Mutex::new(Some(value)),
        }
    }

    #[inline]
    pub(crate) fn is_initialized(&self) -> bool {
        self.initialized.load(Ordering::Acquire)
    }
}
