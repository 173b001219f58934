package shop

type Cart struct {
	Items []Item
}

// Total sums up.
func (c *Cart) Total() int {
	sum := 0
	for _, it := range c.Items {
		sum += it.Price
	}
	return sum
}
