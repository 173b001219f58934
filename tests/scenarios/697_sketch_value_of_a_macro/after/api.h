#include <stddef.h>

#define API_MAX 128
#define API_VERSION "1.2"

int api_send(api_t *api, const void *data, size_t size);
int api_recv(api_t *api, void *data, size_t size);
int api_peek(api_t *api, void *data, size_t size);
void api_dump(api_t *api, void *data);
