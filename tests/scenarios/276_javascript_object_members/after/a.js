const a = {
  one() {
    return 1;
  },

  four: () => 4,

  two: () => 2
};
class B { x() {} }
