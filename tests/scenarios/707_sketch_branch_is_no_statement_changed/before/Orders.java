class Orders {
    public void cancel(long id) {
        Order order = orders.find(id);
        if (order.getStatus() == OrderStatus.SHIPPED) {
            throw new IllegalStateException("already shipped");
        }
        order.setStatus(OrderStatus.CANCELLED);
        orders.save(order);
    }
}
