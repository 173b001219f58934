<?php

class Cart
{
    private const MAX_ITEMS = 50;

    /** @var array<int, CartItem> */
    private array $items = [];

    private ?string $coupon = null;
}
