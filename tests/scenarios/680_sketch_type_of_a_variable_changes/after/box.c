static long retries = 5;
static const char *name = "box";

int area(struct box *b)
{
	long width = b->width;
	int height = b->height;

	return width * height;
}
