const a = require("a");
const LIMIT = 3;

function f() {
  x();
  y();
}

module.exports = f;
