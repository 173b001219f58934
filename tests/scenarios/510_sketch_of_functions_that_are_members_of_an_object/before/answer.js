exports.redirect = function redirect(url) {
  var address = url;

  this.format({
    text: function(){
      body = statuses[status] + '. Redirecting to ' + address
    },

    html: function(){
      var u = escape(address);
      body = '<p>' + statuses[status] + '. Redirecting to ' + u + '</p>'
    },

    default: function(){
      body = '';
    }
  });
};
