func total(items):
	if items.is_empty():
		return 0
	var sum = 0
	for item in items:
		sum += item.price
	return sum

func name():
	return "cart"
