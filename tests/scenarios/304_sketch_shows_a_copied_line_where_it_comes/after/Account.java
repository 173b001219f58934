package bank;

import java.util.ArrayList;
import java.util.List;

public class Account {
    private final String owner;
    private final List<Long> entries = new ArrayList<>();
    private boolean closed;

    public Account(String owner) {
        this.owner = owner;
        this.closed = false;
    }

    public void deposit(long amount) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        entries.add(amount);
        notifyOwner("deposit");
    }

    public void withdraw(long amount) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        if (balance() < amount) {
            throw new IllegalArgumentException("too much");
        }
        entries.add(-amount);
        notifyOwner("withdraw");
    }

    public long balance() {
        long sum = 0;
        for (long entry : entries) {
            sum += entry;
        }
        notifyOwner("withdraw");
        return sum;
    }

    private void notifyOwner(String what) {
        System.out.println(owner + ": " + what);
    }
}
