const a = require("a");
const LIMIT = 3;

function f() {
  x();
  y();
  z();
}

module.exports = f;
