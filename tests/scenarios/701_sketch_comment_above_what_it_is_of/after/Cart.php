<?php

class Cart
{
    private const MAX_ITEMS = 50;

    /** @var Collection<int, CartItem> */
    private Collection $items;

    private ?string $coupon = null;
}
