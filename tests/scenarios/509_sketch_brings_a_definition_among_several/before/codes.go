package codes

func First() int {
	return 1
}

func Second() int {
	return 2
}
