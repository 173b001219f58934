package shop;

import javax.persistence.Entity;
import java.util.List;

@Entity
public class Account {
    List<String> rows;
}
