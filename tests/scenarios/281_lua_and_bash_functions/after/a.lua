#!/usr/bin/env lua
local json = require("json")

-- A basket.
local Cart = {}
Cart.__index = Cart

local LIMIT, MORE = 100, 2

--- The sum,
--- before tax.
function Cart:total()
  return 1
end

function Cart.new(lines)
  return setmetatable({ lines = lines }, Cart)
end

local function helper(a, b)
  local function inner() return 1 end
  return a + b
end

Cart.empty = function(self) return #self.lines == 0 end

local settings = {
  name = "shop",
  on_click = function() end,

  other = 1,
}

--[[ A long
comment. ]]
function global() end

return Cart
