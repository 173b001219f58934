public enum Level {
    DEBUG(10, "debug"),
    ERROR(40, "error");

    private final int rank;
    private final String label;

    Level(int rank, String label) {
        this.rank = rank;
        this.label = label;
    }

    public int rank() {
        return rank;
    }
}
