class Loader
{
	int handle;

	void load(const char* path)
	{
#if defined(LEGACY) && !defined(PORTABLE)
		handle = old_load(path);
#elif defined(TEST)
		handle = 0;
#else
		handle = open_library(path, FAST);
#endif
	}
};
