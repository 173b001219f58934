export function late() {
  return 1;
}

const path = require('path');

export function later() {
  return path.sep;
}
