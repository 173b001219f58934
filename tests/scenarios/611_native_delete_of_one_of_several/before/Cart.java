class Cart {
    private int n;

    Cart(int n) {
        this.n = n;
    }

    Cart() {
        this(0);
    }

    @Deprecated
    void add(int x) {
        n += x;
    }

    void add(String s) {
        n += s.length();
    }
}
