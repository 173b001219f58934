package a

func (m *memory) Put(item *Item) error {
	if item == nil {
		return errors.New("nil item")
	}
	m.items[item.ID] = item
	return nil
}
