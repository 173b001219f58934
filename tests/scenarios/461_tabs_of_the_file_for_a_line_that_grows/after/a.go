package a

func f() {
	if true {
		g()
	}
}

func g() {
	f()
}
