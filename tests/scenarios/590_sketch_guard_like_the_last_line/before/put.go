package a

func (m *memory) Put(item *Item) error {
	m.items[item.ID] = item
	return nil
}
