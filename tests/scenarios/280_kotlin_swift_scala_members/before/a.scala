package shop.model

import scala.collection.mutable
import java.util.UUID

/** A basket. */
@deprecated("old", "1.0")
final case class Cart(id: UUID, lines: List[Line]) extends Base with Priced {
  val size: Int = lines.size
  var owner = "me"
  type Lines = List[Line]

  // The sum.
  @inline
  override def total(tax: Double): Double = {
    def local = 1
    lines.map(_.price).sum * tax
  }

  def +(other: Cart): Cart = this

  class Inner {
    def f = 1
  }
}

object Cart {
  val Limit = 100
  def load(path: String): Cart = ???
}

trait Priced {
  def total(tax: Double): Double
}

enum Suit {
  case Hearts, Spades
  def label = toString
}

package object util {
  def helper(a: Int): Int = a
}

given ordering: Ordering[Cart] = ???

extension (c: Cart)
  def isEmpty = c.lines.isEmpty

class Indented(x: Int):
  def f = x

  def g = 2

def top(x: Int): Int =
  x + 1
