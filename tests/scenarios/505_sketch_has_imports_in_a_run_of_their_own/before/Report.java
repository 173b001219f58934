package shop;

import java.util.List;

public class Report {
    void print(List<String> rows) {
        rows.forEach(System.out::println);
    }
}
