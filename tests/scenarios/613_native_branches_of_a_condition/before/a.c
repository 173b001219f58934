#ifdef _WIN32
static int open_it(const char *p)
{
    return 1;
}
#else
static int open_it(const char *p)
{
    return 2;
}
#endif
