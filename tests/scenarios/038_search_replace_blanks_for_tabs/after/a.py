def f():
	if ready:
		prepare()
		for x in y:
			go()
