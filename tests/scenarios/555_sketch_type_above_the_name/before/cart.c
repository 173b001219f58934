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

/* The number of all. */
int
cart_size(void)
{
    return n_items;
}
