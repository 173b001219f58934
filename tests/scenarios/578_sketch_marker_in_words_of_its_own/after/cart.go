package shop

type Cart struct {
	Items []Item
	Less  int
}

// Total sums up, less what is off.
func (c *Cart) Total() int {
	sum := 0
	for _, it := range c.Items {
		sum += it.Price
	}
	return sum - c.Less
}
