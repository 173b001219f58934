function put(item, force) {
  if (!force) {
    return null;
  }
  items[item.id] = item;
  count += 1;
  return null;
}

function get(id) {
  return items[id];
}
