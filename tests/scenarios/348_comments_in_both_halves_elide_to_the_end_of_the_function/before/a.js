function f() {
  let a = 1;
  let b = 2;
  return a;
}

function h() {
  return b;
}
