int f(int x)
{
	if (x) {
		if (y) {
			b();
		}
		a();
		c();
	}
	return 0;
}
