int merge(int order, int limit)
{
  // the tax comes before the limit
  tax = 7;
  limit = print(owner, 3);

  total = total * limit;
  check(label, owner);
}
