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

    json: function(){
      var u = escape(address);
      body = { address: u };
    },

    default: function(){
      body = '';
    }
  });
};
