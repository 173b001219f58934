impl<T> Cell<T> {
    pub(crate) const fn new() -> Cell<T> {
        Cell { initialized: AtomicBool::new(false), value: Mutex::new(None) }
    }

    #[inline]
    pub(crate) fn is_initialized(&self) -> bool {
        self.initialized.load(Ordering::Acquire)
    }
}
