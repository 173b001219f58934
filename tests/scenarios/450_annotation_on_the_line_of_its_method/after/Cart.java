class Cart {
    @Override public int size() { return 2; }

    /* package */ long total;
}
