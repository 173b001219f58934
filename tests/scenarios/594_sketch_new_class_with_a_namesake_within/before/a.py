@define
class C:
    x: str
    y: int


class TestOther:
    def test_it(self):
        assert C("1", 2)
