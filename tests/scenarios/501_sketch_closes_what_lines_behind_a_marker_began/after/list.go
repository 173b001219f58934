package list

func Add(items []int, item int) []int {
	if item <= 0 {
		return items
	}
	return append(items, item)
}

func Sum(items []int) int {
	total := 0
	for _, item := range items {
		if item > 0 {
			total += item
			seen++
		}
	}
	return total
}

func Last(items []int) int {
	return items[len(items)-1]
}
