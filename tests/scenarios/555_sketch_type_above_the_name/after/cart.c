#include "cart.h"

static struct item *items;
static int n_items;

/* The price of all. */
static int
cart_total(void)
{
    int total = 0;
    int i;

    for (i = 0; i < n_items; i++)
        total += items[i].price;
    return total;
}

/* The dearest one. */
static struct item *
cart_dearest(void)
{
    struct item *best = items;
    int i;

    for (i = 0; i < n_items; i++)
        if (items[i].price > best->price)
            best = &items[i];
    return best;
}

/* The number of all. */
int
cart_size(void)
{
    return n_items;
}
