from a import x
print(y)
