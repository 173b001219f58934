function f() {
  let a = 10;
  let b = 2;
  return a;
}

function h() {
  return b;
}
