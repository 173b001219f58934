static int retries = 3;
static const char *name = "box";

int area(struct box *b)
{
	int width = b->width;
	int height = b->height;

	return width * height;
}
