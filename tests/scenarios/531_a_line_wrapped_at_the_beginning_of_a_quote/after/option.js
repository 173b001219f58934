/**
 * Finds the option that a flag means, and not the one that it negates.
 *
 * @param {*} value
 * @param {Option} option
 */
function find(value, option) {
  return option.flags.includes(value);
}
