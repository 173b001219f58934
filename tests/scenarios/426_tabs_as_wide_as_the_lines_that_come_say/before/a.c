int f(int x)
{
	if (x) {
		a();
		c();
	}
	return 0;
}
