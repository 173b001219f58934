class Orders {
    /** Places an order. */
    @Transactional
    public Order place(Request request) {
        return orders.save(request.toOrder());
    }

    @Transactional
    public void cancel(long id) {
        orders.delete(id);
    }
}
