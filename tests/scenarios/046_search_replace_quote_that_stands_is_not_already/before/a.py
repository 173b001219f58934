tax = 1
total = 0
total += tax
