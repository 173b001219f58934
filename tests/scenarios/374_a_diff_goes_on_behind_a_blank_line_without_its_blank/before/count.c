int count(void)
{
	int n = 0;

	if (value == NULL)
	{
		set_error("no value");
		return 0;
	}

	if (size == 0)
		return 0;
	n = size;
	return n;
}
