using System;
using System.Collections.Generic;

namespace Shop.Model
{
    /// <summary>A basket.</summary>
    [Serializable]
    [Table("carts")]
    public class Cart<T> : Base, IPriced where T : Line
    {
        private readonly List<T> _lines = new();
        public const int Limit = 100;
        public event EventHandler Changed;

        public Cart(List<T> lines)
        {
            _lines = lines;
        }

        ~Cart() { }

        // Whose it is.
        public string Owner { get; set; } = "";

        public int Count => _lines.Count;

        [Pure]
        public decimal Total(decimal tax = 0)
        {
            decimal Local(decimal x) => x;
            return Local(tax);
        }

        public decimal Total() => Total(0);

        public static Cart<T> operator +(Cart<T> a, Cart<T> b) => a;

        public T this[int i] => _lines[i];

        public class Line { public int A, B; }
    }

    public interface IPriced
    {
        decimal Total();
    }

    public enum Suit
    {
        Hearts,
        Spades = 4,
    }

    public record Point(int X, int Y);

    public struct Pair { }

    public delegate void Handler(object sender);
}
