class Cart {
public:
    Cart(int n) : n_(n) {}
    int n_;
};
