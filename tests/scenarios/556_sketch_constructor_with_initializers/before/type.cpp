#include "type.h"

Type::~Type()
= default;

bool Type::isPrimitive() const
{
    return true;
}

int Type::size() const
{
    return 4;
}
