class Cart {
public:
    Cart(int n, int m) : n_(n + m) {}
    int n_;
};
