total = 2
print(total)
