public enum Level {
    DEBUG(10, "debug"),
    ERROR(40, "error");

    private final int rank;
    private final String label;
    private final boolean loud;

    Level(int rank, String label) {
        this(rank, label, false);
    }

    Level(int rank, String label, boolean loud) {
        this.rank = rank;
        this.label = label;
        this.loud = loud;
    }

    public int rank() {
        return rank;
    }
}
