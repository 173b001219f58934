int count(void)
{
	int n = 0;

	if (value == nullptr)
	{
		set_error("no value");
		return 0;
	}

	if (size < 1)
		return 0;
	n = size;
	return n;
}
