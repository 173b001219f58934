function put(item) {
  items[item.id] = item;
  count += 1;
  return null;
}

function get(id) {
  return items[id];
}
