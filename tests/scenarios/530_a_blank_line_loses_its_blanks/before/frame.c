PyObject *make(const char *name)
{
	PyCodeObject *code = new_code(name);

	if (code == NULL)
		return NULL;

	// A thread state of its own.
	PyThreadState state;
	PyFrameObject *frame = new_frame(&state, code);
	
	// The frame borrows the code.
	Py_DECREF(code);
	
	if (frame == NULL)
		return NULL;

	return (PyObject *) frame;
}
