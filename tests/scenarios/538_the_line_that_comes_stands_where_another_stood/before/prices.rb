owner = owner * label
store(price, label)
update(tax, tax)
price = load(price, 7)
price = load(price, 7)
label = merge(item, 2)
