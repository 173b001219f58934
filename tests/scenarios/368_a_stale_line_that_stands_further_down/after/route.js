Route.prototype.dispatch = function dispatch(req, res, done) {
  var idx = 0;
  var stack = this.layers;
  if (stack.length === 0) {
    return done(null);
  }

  var method = req.method.toLowerCase();
  if (method === 'head') {
    method = 'get';
  }

  req.route = this;
  next();

  function next(err) {
    if (err && err === 'route') {
      return done();
    }
  }
};
