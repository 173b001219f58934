var types_exports = {};
define(types_exports, {
  AlgorithmTypes: () => AlgorithmTypes,
  NotImplemented: () => NotImplemented,
  TokenExpired: () => TokenExpired,
  TokenInvalid: () => TokenInvalid,
});
module.exports = finish(types_exports);
