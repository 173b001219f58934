package shop;

import java.util.List;
import org.slf4j.Logger;

public class Report {
    void print(List<String> rows) {
        log.info("{} rows", rows.size());
        rows.forEach(System.out::println);
    }
}
