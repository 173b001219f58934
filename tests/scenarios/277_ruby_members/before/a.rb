# frozen_string_literal: true

require "json"
require_relative "cart/line"

# Sells things.
module Shop
  TAX = 0.19

  # A basket of lines.
  class Cart < Base
    include Enumerable
    attr_reader :lines, :owner

    LIMIT = 100

    def initialize(lines = [])
      @lines = lines
    end

    # The sum,
    # before tax.
    def total
      lines.sum { |line| line.price }
    end

    def self.load(path)
      new(JSON.parse(File.read(path)))
    end

    def empty? = lines.empty?

    def []=(key, value)
      @lines[key] = value
    end

    private

    def secret
      def inner; end
      42
    end

    class << self
      def build(*args)
        new(*args)
      end
    end

    class Line; end
  end

  class Empty::Basket < Cart
  end

  Point = Struct.new(:x, :y)
end

class Shop::Cart
  alias_method :size, :count

  protected def guarded
    1
  end
end

def helper(a, b: 1)
  a + b
end

task :default do
  puts "x"
end
