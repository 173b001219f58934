int ring_get(struct ring *r, unsigned char *c)
{
	if (ring_used(r) == 0)
		return RING_EMPTY;
	*c = r->data[r->tail++];
	return RING_OK;
}
