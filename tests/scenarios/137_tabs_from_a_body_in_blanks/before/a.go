package a

func Run(n int) int {
	return n
}
