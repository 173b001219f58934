app.use = function use(fn) {
  var path = '/';
  return path + fn;
};

app.all = function all(fn) {
  return fn;
};
