class Cart {
    @Override public int size() { return 1; }

    /* package */ int total;
}
