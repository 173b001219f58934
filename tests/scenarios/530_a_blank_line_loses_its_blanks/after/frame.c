PyObject *make(const char *name)
{
	PyCodeObject *code = new_code(name);

	if (code == NULL)
		return NULL;

	PyFrameObject *frame = new_frame(current(), code);
	Owned owned = keep(frame);

	if (frame == NULL)
		return NULL;

	return (PyObject *) owned.get();
}
