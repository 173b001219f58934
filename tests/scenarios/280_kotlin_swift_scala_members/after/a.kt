package shop.model

import java.util.UUID
import kotlin.math.*
import java.io.File

const val TAX = 0.19

typealias Lines = List<Line>

/** A basket. */
@Serializable
@Entity("carts")
data class Cart(val id: UUID, private val lines: Lines) : Base(), Priced {
    // How many.
    val size: Int
        get() = lines.size

    var owner = "me"

    constructor(id: UUID) : this(id, emptyList())

    @Pure
    override fun total(tax: Double): Double {
        fun local() = 1
        return lines.sumOf { it.price } * tax
    }

    companion object {
        fun load(path: String): Cart = TODO()
    }

    object Empty

    inner class Line(val price: Double)

    fun added() = 1
}

interface Priced {
    fun total(tax: Double): Double
}

enum class Suit(val c: Char) {
    HEARTS('H'),
    SPADES('S');

    fun label() = name
}

sealed interface Shape

fun Cart.isEmpty() = size == 0

fun <T> helper(a: T): T = a

object Registry {
    val carts = mutableListOf<Cart>()
}
