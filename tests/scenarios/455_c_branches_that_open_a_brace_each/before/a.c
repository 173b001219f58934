int f(int a)
{
#ifdef ONE
    if (a) {
#else
    while (a) {
#endif
        g();
    }
    return 0;
}
