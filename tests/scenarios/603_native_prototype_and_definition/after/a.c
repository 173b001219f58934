int total(int a, int b);
int half(int a);
int other(void);

int main(void)
{
    return total(1);
}

int total(int a, int b)
{
    return a + b;
}

int half(int a)
{
    return a / 2;
}
