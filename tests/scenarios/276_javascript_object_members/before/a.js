const a = {
  one() {
    return 1;
  },
  two: () => 2
};
class B { x() {} }
