int f(int a)
{
#ifdef ONE
    if (a) {
#else
    while (a) {
#endif
        h();
    }
    return 0;
}
