class Names:
    def all(self):
        return [
            "assoc",
            "astuple",
            "Attribute",
            "AttrsInstance",
            "cmp_using",
            "converters",
        ]


class Other:
    pass
