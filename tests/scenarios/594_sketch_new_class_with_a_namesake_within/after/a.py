@define
class C:
    x: str
    y: int


class TestNew:
    def test_slots(self):
        @define
        class C:
            x: int

        assert C(1)


class TestOther:
    def test_it(self):
        assert C("1", 2)
