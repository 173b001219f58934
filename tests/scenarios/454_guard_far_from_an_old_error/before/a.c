FOREACH(item, items
{
    use(item);
}

int second(int x)
{
    return (x + 1);
}
