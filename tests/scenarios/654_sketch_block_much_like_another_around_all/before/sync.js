export function sync(a, b) {
  const start = Date.now();
  if (a) {
    push(a);
  }
  switch (b.kind) {
    case "x":
      walk(b);
  }
  return start;
}
