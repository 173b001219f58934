#include <stdlib.h>
#include <string.h>

#define RING_SIZE 64

struct ring {
    int head;
    int tail;
    char *data[RING_SIZE];
};

static int ring_next(int at)
{
    return (at + 1) % RING_SIZE;
}

int ring_push(struct ring *ring, const char *text)
{
    int next = ring_next(ring->head);
    if (next == ring->tail) {
        return -1;
    }
    ring->data[ring->head] = strdup(text);
    ring->head = next;
    return 0;
}

char *ring_pop(struct ring *ring)
{
    char *text;
    if (ring->head == ring->tail) {
        return NULL;
    }
    text = ring->data[ring->tail];
    ring->tail = ring_next(ring->tail);
    return text;
}

void ring_free(struct ring *ring)
{
    char *text;
    while ((text = ring_pop(ring)) != NULL) {
        free(text);
    }
    ring->head = 0;
    ring->tail = 0;
}
