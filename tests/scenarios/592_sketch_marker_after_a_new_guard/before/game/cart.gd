func total(items):
	var sum = 0
	for item in items:
		sum += item.price
	return sum

func name():
	return "cart"
