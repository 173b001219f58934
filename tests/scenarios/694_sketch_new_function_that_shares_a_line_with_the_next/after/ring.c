size_t ring_used(const struct ring *r)
{
	return r->head - r->tail;
}

size_t ring_room(const struct ring *r)
{
	return r->size - ring_used(r);
}

int ring_put(struct ring *r, unsigned char c)
{
	if (ring_used(r) == r->size)
		return RING_FULL;
	r->data[r->head++ & (r->size - 1)] = c;
	return RING_OK;
}
