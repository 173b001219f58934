/* Reports. */
#include "report.h"
#include <stdio.h>

void report(const char **rows, int count)
{
    for (int i = 0; i < count; i++)
        puts(rows[i]);
}
