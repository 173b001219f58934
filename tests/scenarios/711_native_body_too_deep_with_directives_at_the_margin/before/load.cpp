class Loader
{
	int handle;

	void load(const char* path)
	{
#if defined(LEGACY)
		handle = old_load(path);
#else
		handle = open_library(path);
#endif
	}
};
