class Registry {
    private int id;
    private final Map<String, List<String>> mails;
    private final Map<String, List<String>> names;
    private final Map<String, Integer> ages = new HashMap<>();
}
