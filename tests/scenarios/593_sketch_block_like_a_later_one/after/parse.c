int parse(const char *s) {
    int n = 0, sign = 1;
    if (*s == '-') {
        sign = -1;
        s++;
    }
    while (*s) {
        n = n * 10 + (*s - '0');
        s++;
    }
    return sign * n;
}

void show(int n) {
    printf("%d\n", n);
}
