int parse(const char *s) {
    int n = 0;
    while (*s) {
        n = n * 10 + (*s - '0');
        s++;
    }
    return n;
}

void show(int n) {
    printf("%d\n", n);
}
