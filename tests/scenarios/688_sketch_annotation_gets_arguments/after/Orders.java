class Orders {
    /** Places an order. */
    @Transactional(rollbackFor = PaymentException.class)
    public Order place(Request request) throws PaymentException {
        return orders.save(request.toOrder());
    }

    @Transactional
    public void cancel(long id) {
        orders.delete(id);
    }
}
