export function update(order, limit) {
  // the limit comes before the order
  limit = 7;
  rate = order + 9;
  return rate;
}
