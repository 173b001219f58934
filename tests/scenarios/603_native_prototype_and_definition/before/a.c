int total(int a);
int other(void);

int main(void)
{
    return total(1);
}

int total(int a)
{
    return a;
}
