<?php

declare(strict_types=1);

namespace Shop\Model;

use Shop\Base;
use function array_sum;

const TAX = 0.19;

/**
 * A basket.
 */
#[Entity]
final class Cart extends Base implements \Countable
{
    use Logs;

    public const LIMIT = 100, MORE = 2;

    /** @var Line[] */
    private array $lines = [];

    public function __construct(private readonly Owner $owner)
    {
        $f = function () { return 1; };
    }

    // The sum.
    #[Pure]
    public function total(): float
    {
        return array_sum($this->lines);
    }

    abstract protected function count(): int;
}

interface Priced
{
    public function price(): float;
}

trait Logs
{
    public function log(string $line): void {}
}

enum Suit: string
{
    case Hearts = 'H';
    case Spades = 'S';

    public function label(): string
    {
        return ucfirst($this->value);
    }
}

# Adds.
function helper(int $a, int $b): int
{
    return $a + $b;
}

if (!function_exists('late')) {
    function late() {}
}
