static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"brief", no_argument, NULL, 'b'},
    {NULL, 0, NULL, 0}
};

static int is_verbose(void)
{
    return verbosity > 1;
}

static int run(int argc, char **argv)
{
    return parse(argc, argv, options);
}
