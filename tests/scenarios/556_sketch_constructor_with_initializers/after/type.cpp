#include "type.h"

Type::~Type()
= default;

Type::Type(const string& name)
: Base(name, 0x411)
{
}

bool Type::isPrimitive() const
{
    return true;
}

int Type::size() const
{
    return 4;
}
