package a

func Run(n int) int {
	if n > 0 {
		return n
	}
	return 0
}
