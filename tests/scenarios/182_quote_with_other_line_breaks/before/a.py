def run(order, force):
    ship(order,
         force=force)
    log(order)
    return order
