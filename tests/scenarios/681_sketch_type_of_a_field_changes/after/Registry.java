class Registry {
    private long id;
    private final Map<String, List<String>> names;
    private final Map<String, Integer> ages = new TreeMap<>();
}
