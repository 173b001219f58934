class Names:
    def all(self):
        return [
            "assoc",
            "astuple",
            "Attribute",
            "cmp_using",
            "converters",
        ]


class Other:
    pass
